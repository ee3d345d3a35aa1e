import type { Network } from '@nannyapi/protocol';
import {
  AUDIT_ARCH,
  CHECKED_SYSCALLS,
  DENIED_SYSCALLS,
  syscallNumber,
  type SyscallArch,
  type SyscallGroup,
} from './syscalls.ts';

/** What a command may do beyond reading files and computing. */
export interface SeccompOptions {
  arch: SyscallArch;
  /** Widest family of sockets; each one includes those before it. */
  network: Network;
  /** Groups that are not denied: `bpf` and `perf` for bpftrace, `kill` for dig, which aborts without. */
  spared?: readonly SyscallGroup[];
  /** Lets syslog(2) read the kernel log, for dmesg; clearing it and its switches stay closed. */
  kernelLog?: boolean;
}

const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_GREATER_OR_EQUAL = 0x35;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const errno = (number: number): number => 0x00050000 | number;
const EPERM = errno(1);
const ENOSYS = errno(38);
const EAFNOSUPPORT = errno(97);

const OFFSET_NUMBER = 0;
const OFFSET_ARCH = 4;
/** Offset of the low word of an argument in struct seccomp_data; both architectures are little-endian. */
const offsetOfArgument = (index: number): number => 16 + 8 * index;

/** x32 calls carry this bit and would slip past a list of x86_64 numbers. */
const X32_BIT = 0x40000000;
/** All CLONE_NEW* bits. */
const CLONE_NEW_NAMESPACES = 0x7e020080;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const IPC_RMID = 0;
const SYSLOG_READ_ALL = 3;
const SYSLOG_SIZE_BUFFER = 10;

const SOCKET_FAMILIES: Record<Network, readonly number[]> = {
  none: [],
  netlink: [16],
  unix: [16, 1],
  inet: [16, 1, 2, 10],
};

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

const returns = (value: number): Instruction => [RETURN, 0, 0, value];

/**
 * Builds a seccomp filter as bwrap `--seccomp` and setpriv `--seccomp-filter` take it: struct sock_filter, 8 bytes an
 * instruction, little-endian. What is not listed is allowed: the filter closes doors that mounts and users leave open.
 */
export function buildSeccompProgram(options: SeccompOptions): Buffer {
  const instructions: Instruction[] = [
    [LOAD_WORD, 0, 0, OFFSET_ARCH],
    [JUMP_IF_EQUAL, 1, 0, AUDIT_ARCH[options.arch]],
    returns(KILL_PROCESS),
    [LOAD_WORD, 0, 0, OFFSET_NUMBER],
    ...(options.arch === 'x64' ? x32Refusal() : []),
    ...deniedNumbers(options).flatMap((number): Instruction[] => [[JUMP_IF_EQUAL, 0, 1, number], returns(EPERM)]),
    ...argumentChecks(options),
    returns(ALLOW),
  ];
  return encode(instructions);
}

function x32Refusal(): Instruction[] {
  return [[JUMP_IF_GREATER_OR_EQUAL, 0, 1, X32_BIT], returns(ENOSYS)];
}

function deniedNumbers({ arch, spared = [] }: SeccompOptions): number[] {
  return Object.entries(DENIED_SYSCALLS)
    .filter(([group]) => !spared.some((name) => name === group))
    .flatMap(([, calls]) => Object.values(calls))
    .map((numbers) => syscallNumber(numbers, arch))
    .filter((number) => number !== undefined);
}

function argumentChecks(options: SeccompOptions): Instruction[] {
  const on = (name: keyof typeof CHECKED_SYSCALLS, body: Instruction[]): Instruction[] => {
    const number = syscallNumber(CHECKED_SYSCALLS[name], options.arch) ?? 0;
    return [[JUMP_IF_EQUAL, 0, body.length, number], ...body];
  };
  const kernelLog: Instruction[] = options.kernelLog
    ? allowOnly(0, [SYSLOG_READ_ALL, SYSLOG_SIZE_BUFFER], EPERM)
    : [returns(EPERM)];
  return [
    ...on('socket', allowOnly(0, SOCKET_FAMILIES[options.network], EAFNOSUPPORT)),
    ...on('clone', [argument(0), [JUMP_IF_ANY_BIT, 0, 1, CLONE_NEW_NAMESPACES], returns(EPERM), returns(ALLOW)]),
    // Its flags lie behind a pointer; libc falls back to clone.
    ...on('clone3', [returns(ENOSYS)]),
    ...on('ioctl', refuseAny(1, [TIOCSTI, TIOCLINUX])),
    ...on('syslog', kernelLog),
    ...on('shmctl', refuseAny(1, [IPC_RMID])),
    ...on('msgctl', refuseAny(1, [IPC_RMID])),
    ...on('semctl', refuseAny(2, [IPC_RMID])),
  ];
}

function argument(index: number): Instruction {
  return [LOAD_WORD, 0, 0, offsetOfArgument(index)];
}

function allowOnly(index: number, values: readonly number[], otherwise: number): Instruction[] {
  const tests = values.flatMap((value): Instruction[] => [[JUMP_IF_EQUAL, 0, 1, value], returns(ALLOW)]);
  return [argument(index), ...tests, returns(otherwise)];
}

function refuseAny(index: number, values: readonly number[]): Instruction[] {
  const tests = values.flatMap((value): Instruction[] => [[JUMP_IF_EQUAL, 0, 1, value], returns(EPERM)]);
  return [argument(index), ...tests, returns(ALLOW)];
}

function encode(instructions: readonly Instruction[]): Buffer {
  const program = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, k]] of instructions.entries()) {
    const at = index * 8;
    program.writeUInt16LE(code, at);
    program.writeUInt8(jumpTrue, at + 2);
    program.writeUInt8(jumpFalse, at + 3);
    program.writeUInt32LE(k >>> 0, at + 4);
  }
  return program;
}
