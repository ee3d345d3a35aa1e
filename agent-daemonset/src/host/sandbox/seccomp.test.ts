import { describe, expect, it } from 'vitest';
import { buildSeccompProgram, type SeccompOptions } from './seccomp.ts';

/** Runs a classic BPF program over struct seccomp_data, as the kernel would. */
function evaluate(program: Buffer, call: { arch: number; nr: number; args?: number[] }): number {
  const word = (offset: number): number => {
    if (offset === 0) return call.nr;
    if (offset === 4) return call.arch;
    return (call.args?.[(offset - 16) / 8] ?? 0) >>> 0;
  };
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at);
    const k = program.readUInt32LE(at + 4);
    const jump = (isTrue: boolean): number => program.readUInt8(at + (isTrue ? 2 : 3)) * 8;
    if (code === 0x20) accumulator = word(k);
    else if (code === 0x15) at += jump(accumulator === k);
    else if (code === 0x35) at += jump(accumulator >= k);
    else if (code === 0x45) at += jump((accumulator & k) !== 0);
    else if (code === 0x06) return k;
    else throw new Error(`Unknown instruction ${code}`);
  }
  throw new Error('The program ends without an answer');
}

const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;
const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const EAFNOSUPPORT = 0x00050061;
const ask = (nr: number, options: Partial<SeccompOptions> = {}, args: number[] = []): number =>
  evaluate(buildSeccompProgram({ arch: 'x64', network: 'none', ...options }), { arch: X64, nr, args });

describe('the system call filter', () => {
  it('starts as the kernel documents it: load the architecture, compare, kill', () => {
    const program = buildSeccompProgram({ arch: 'x64', network: 'none' });
    expect(program.subarray(0, 24).toString('hex')).toBe('2000000004000000150001003e0000c00600000000000080');
  });

  it('kills a program of another architecture and refuses x32 calls', () => {
    const program = buildSeccompProgram({ arch: 'x64', network: 'none' });
    expect(evaluate(program, { arch: ARM64, nr: 0 })).toBe(0x80000000);
    expect(evaluate(program, { arch: X64, nr: 0x40000000 + 101 })).toBe(ENOSYS);
  });

  it('lets reading pass and denies what changes the system', () => {
    for (const nr of [0, 1, 2, 257, 262, 59]) expect(ask(nr)).toBe(ALLOW);
    for (const nr of [101, 310, 62, 165, 166, 161, 308, 272, 169, 175, 313, 321, 298, 425, 250, 304, 133]) {
      expect(ask(nr), String(nr)).toBe(EPERM);
    }
    expect(ask(435)).toBe(ENOSYS);
  });

  it('opens sockets of the families that the command needs and of no other', () => {
    const socket = (network: SeccompOptions['network'], family: number): number => ask(41, { network }, [family]);
    expect(socket('none', 16)).toBe(EAFNOSUPPORT);
    expect(socket('netlink', 16)).toBe(ALLOW);
    expect(socket('netlink', 1)).toBe(EAFNOSUPPORT);
    expect(socket('unix', 1)).toBe(ALLOW);
    expect(socket('unix', 2)).toBe(EAFNOSUPPORT);
    expect(socket('inet', 2)).toBe(ALLOW);
    expect(socket('inet', 10)).toBe(ALLOW);
    expect(socket('inet', 17)).toBe(EAFNOSUPPORT);
  });

  it('lets threads be made and namespaces not', () => {
    expect(ask(56, {}, [0x3d0f00])).toBe(ALLOW);
    for (const flag of [0x20000, 0x10000000, 0x20000000, 0x40000000, 0x80]) expect(ask(56, {}, [flag])).toBe(EPERM);
  });

  it('spares what bpftrace, dig and dmesg need, and only for them', () => {
    expect(ask(321, { spared: ['bpf', 'perf'] })).toBe(ALLOW);
    expect(ask(298, { spared: ['bpf', 'perf'] })).toBe(ALLOW);
    expect(ask(101, { spared: ['bpf', 'perf'] })).toBe(EPERM);
    expect(ask(62, { spared: ['kill'] })).toBe(ALLOW);
    expect(ask(103, {}, [3])).toBe(EPERM);
    expect(ask(103, { kernelLog: true }, [3])).toBe(ALLOW);
    expect(ask(103, { kernelLog: true }, [5])).toBe(EPERM);
  });

  it('keeps terminals and shared memory of others safe', () => {
    expect(ask(16, {}, [1, 0x5412])).toBe(EPERM);
    expect(ask(16, {}, [1, 0x5401])).toBe(ALLOW);
    expect(ask(31, {}, [1, 0])).toBe(EPERM);
    expect(ask(31, {}, [1, 2])).toBe(ALLOW);
  });

  it('has the numbers of arm64 too', () => {
    const program = buildSeccompProgram({ arch: 'arm64', network: 'none' });
    expect(evaluate(program, { arch: ARM64, nr: 117 })).toBe(EPERM);
    expect(evaluate(program, { arch: ARM64, nr: 63 })).toBe(ALLOW);
    expect(evaluate(program, { arch: ARM64, nr: 198, args: [2] })).toBe(EAFNOSUPPORT);
  });
});
