const PROCESS = '(?:self|thread-self|\\d{1,10})(?:/task/\\d{1,10})?';
const NET =
  '(?:dev|tcp6?|udp6?|udplite6?|raw6?|icmp6?|unix|snmp6?|netstat|sockstat6?|route|arp|rt_cache|ipv6_route|if_inet6|rt6_stats|fib_trie|fib_triestat|softnet_stat|dev_mcast|igmp6?|mcfilter6?|packet|netlink|protocols|ptype|psched|wireless|xfrm_stat|ip_mr_vif|ip_mr_cache|ip_tables_names|ip6_tables_names|nf_conntrack|ip_conntrack|connector|stat/[a-z_]+|dev_snmp6/[\\w.@-]+|bonding/[\\w.@-]+|vlan/[\\w.@-]+|sctp/[a-z_]+|netfilter/nf_log|rpc/nfsd?)';

/** Files of one process that may be read, below `/proc/<pid>/` or `/proc/<pid>/task/<tid>/`. */
const PROCESS_FILES = [
  'arch_status|autogroup|cgroup|children|cmdline|comm|coredump_filter|cpuset|cpu_resctrl_groups|gid_map|io|ksm_stat|limits|loginuid',
  'latency|maps|mountinfo|mounts|mountstats|numa_maps|oom_adj|oom_score|oom_score_adj|patch_state|personality|projid_map|sched|schedstat',
  'sessionid|setgroups|smaps|smaps_rollup|stack|stat|statm|status|syscall|timens_offsets|timers|timerslack_ns|uid_map|wchan',
  'attr/(?:current|exec|prev)',
  'fdinfo/\\d{1,7}',
  `net/${NET}`,
].join('|');

/** Files of the whole machine that may be read, below `/proc/`. */
const MACHINE_FILES = [
  'buddyinfo|cgroups|cmdline|config\\.gz|consoles|cpuinfo|crypto|devices|diskstats|dma|execdomains|fb|filesystems|interrupts|iomem|ioports',
  'key-users|latency_stats|loadavg|locks|mdstat|meminfo|misc|modules|mounts|pagetypeinfo|partitions|sched_debug|schedstat|slabinfo|softirqs',
  'stat|swaps|timer_list|uptime|version|version_signature|vmallocinfo|vmstat|zoneinfo|mtrr|lockdep_stats|lock_stat|allocinfo',
  'pressure/(?:cpu|io|memory|irq)',
  `net/${NET}`,
  'irq/\\d{1,5}/(?:smp_affinity|smp_affinity_list|effective_affinity|effective_affinity_list|affinity_hint|spurious|node)|irq/default_smp_affinity',
  'fs/[a-z0-9_]+/[\\w.@/-]+',
  'spl/kstat/[\\w.@/-]+',
  'scsi/scsi|scsi/device_info|sysvipc/(?:msg|sem|shm)|tty/drivers|bus/pci/devices|bus/input/devices|driver/rtc',
].join('|');

/** Keys below `/proc/sys` and of sysctl that hold key material. */
export const SECRET_SYSCTLS: readonly string[] = [
  'net[./]ipv4[./]tcp_fastopen_key',
  'net[./]ipv6[./]conf[./].*stable_secret',
  'kernel[./]keys[./].*',
  '.*(?:fastopen_key|secret).*',
];

/** Files below `/proc` that may be read; anchored regular expressions. */
export const READABLE_PROC: readonly string[] = [
  `/proc/${PROCESS}/(?:${PROCESS_FILES})`,
  `/proc/(?:${MACHINE_FILES})`,
  '/proc/sys/[a-z][\\w.@:/-]*',
];

/** What may be listed below `/proc`: folders and links of a process, never the trees that its links open. */
export const LISTABLE_PROC: readonly string[] = [
  '/proc',
  `/proc/${PROCESS}`,
  `/proc/${PROCESS}/(?:fd|fdinfo|ns|task|net|attr|exe)`,
  `/proc/${PROCESS}/(?:fd|ns)/[\\w]+`,
  '/proc/(?:sys|net|irq|fs|pressure|sysvipc|driver|bus|scsi|tty)(?:/.*)?',
];

/** The trees of `/sys` that are read, spelled as the kernel does. */
export const KNOWN_SYS = '/sys/(?:block|bus|class|dev|devices|firmware|fs|kernel|module)/.+';

/** Files below `/sys` that stay closed: they block, map devices, or show kernel and firmware memory. */
export const CLOSED_SYS: readonly string[] = [
  '/sys/kernel/(?:debug|tracing|security)(?:/.*)?',
  '/sys/firmware/(?:efi/(?:efivars|vars)|acpi/tables|dmi/tables|qemu_fw_cfg)(?:/.*)?',
  '/sys/.*/(?:resource\\d*(?:_wc)?|config|rom|vpd|legacy_io|legacy_mem|nvmem|eeprom|data|raw|devcoredump|rom\\d*)',
  '/sys/module/[^/]+/(?:sections|notes)(?:/.*)?',
  '/sys/(?:power|hypervisor)/.*|/sys/kernel/(?:notes|vmcoreinfo|btf/.*)',
  '/sys/.*(?:secret|password|keyring|authentication).*',
];

/** Exceptions to the closed folders: descriptions of events and counters of debugfs. */
export const OPEN_SYS: readonly string[] = [
  '/sys/power/(?:state|mem_sleep|disk)',
  '/sys/kernel/(?:debug/)?tracing/(?:available_events|available_tracers|current_tracer|tracing_on|set_event|README)',
  '/sys/kernel/(?:debug/)?tracing/events/[a-z0-9_]+/[a-z0-9_]+/(?:format|id|enable|filter)',
  '/sys/kernel/debug/(?:sched/debug|sched_features|extfrag/[a-z_]+|bdi/[0-9:]+/stats|block/[a-z0-9]+/[a-z0-9_/]+|mmc\\d+/ios|dma_buf/bufinfo|clk/clk_summary|wakeup_sources|suspend_stats)',
];
