/** Processor architectures that a filter can be built for, in Node's words. */
export type SyscallArch = 'x64' | 'arm64';

/** AUDIT_ARCH_* of each architecture, from linux/audit.h. */
export const AUDIT_ARCH: Record<SyscallArch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Numbers of one system call, x86_64 then arm64; `undefined` where the architecture has none. */
type Numbers = readonly [x64: number | undefined, arm64: number | undefined];

const same = (number: number): Numbers => [number, number];

/**
 * System calls that no read-only command needs, by what they would allow; answered with EPERM.
 *
 * Numbers are those of the kernel headers (asm/unistd_64.h and asm-generic/unistd.h).
 */
export const DENIED_SYSCALLS = {
  trace: { ptrace: [101, 117], process_vm_readv: [310, 270], process_vm_writev: [311, 271], pidfd_getfd: same(438) },
  kill: {
    kill: [62, 129],
    tkill: [200, 130],
    tgkill: [234, 131],
    rt_sigqueueinfo: [129, 138],
    rt_tgsigqueueinfo: [297, 240],
    pidfd_open: same(434),
    pidfd_send_signal: same(424),
  },
  mount: {
    mount: [165, 40],
    umount2: [166, 39],
    pivot_root: [155, 41],
    chroot: [161, 51],
    open_tree: same(428),
    move_mount: same(429),
    fsopen: same(430),
    fsconfig: same(431),
    fsmount: same(432),
    fspick: same(433),
    mount_setattr: same(442),
    open_tree_attr: same(467),
    setns: [308, 268],
    unshare: [272, 97],
  },
  system: {
    reboot: [169, 142],
    kexec_load: [246, 104],
    kexec_file_load: [320, 294],
    init_module: [175, 105],
    delete_module: [176, 106],
    finit_module: [313, 273],
    swapon: [167, 224],
    swapoff: [168, 225],
    quotactl: [179, 60],
    sethostname: [170, 161],
    setdomainname: [171, 162],
    mknod: [133, undefined],
    mknodat: [259, 33],
  },
  kernel: {
    userfaultfd: [323, 282],
    io_uring_setup: same(425),
    io_uring_enter: same(426),
    io_uring_register: same(427),
    add_key: [248, 217],
    request_key: [249, 218],
    keyctl: [250, 219],
    open_by_handle_at: [304, 265],
    fanotify_init: [300, 262],
  },
  bpf: { bpf: [321, 280] },
  perf: { perf_event_open: [298, 241] },
} as const satisfies Record<string, Record<string, Numbers>>;

/** A group of {@link DENIED_SYSCALLS} that a command may be spared. */
export type SyscallGroup = keyof typeof DENIED_SYSCALLS;

/** System calls whose arguments decide. */
export const CHECKED_SYSCALLS = {
  socket: [41, 198],
  clone: [56, 220],
  clone3: same(435),
  ioctl: [16, 29],
  syslog: [103, 116],
  shmctl: [31, 195],
  msgctl: [71, 187],
  semctl: [66, 191],
} as const satisfies Record<string, Numbers>;

/** The number of a system call on an architecture; `undefined` where there is none. */
export function syscallNumber(numbers: Numbers, arch: SyscallArch): number | undefined {
  return arch === 'x64' ? numbers[0] : numbers[1];
}
