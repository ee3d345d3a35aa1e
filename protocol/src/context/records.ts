/**
 * The records that context items are made of, and the fields of each.
 *
 * Writer (agent) and reader (operator) both take names from here, so that a misspelt field is a type error on
 * either side. Fields keep the kernel's own words where it has one (`nr_throttled`, `failcnt`, `oom_kill`), because a person
 * and a model know them; `sample_` marks what happened during the sample, everything else is since boot or now.
 * Units stand with the value: `cpu=99.5%`, `age=12s`, `size=1024B`.
 */
export const RECORD_FIELDS = {
  /** The machine. */
  host: ['name', 'os', 'kernel', 'arch', 'cpus', 'uptime', 'boot_id', 'cgroups', 'privilege'],
  /** Load averages and the run queue. */
  load: ['load1', 'load5', 'load15', 'runnable', 'tasks', 'cpus', 'blocked', 'forks_per_s', 'switches_per_s'],
  /** Where one processor, or `total`, spent the sample. `busy` is all but idle and iowait. */
  cpu: ['core', 'busy', 'user', 'nice', 'system', 'iowait', 'irq', 'steal', 'idle'],
  /** Pressure stall information; `sample_stalled` is the share of the sample in which tasks waited. */
  psi: ['resource', 'kind', 'sample_stalled', 'avg10', 'avg60', 'avg300', 'total'],
  /** How many tasks are in which state. */
  tasks: ['total', 'running', 'uninterruptible', 'stopped', 'zombie', 'threads', 'shown'],
  /**
   * One process. `cpu` is of one core, `children_cpu` that of children that ended meanwhile, `run_delay` the share of the
   * sample in which it was ready but not on a core. `name` is its program, told only where `comm` is merely the name of a
   * thread, such as `MainThread`; so in the other records of processes.
   */
  process: [
    'pid',
    'ppid',
    'comm',
    'name',
    'user',
    'state',
    'cpu',
    'children_cpu',
    'cpu_lifetime',
    'run_delay',
    'age',
    'rss',
    'threads',
    'sample_majflt',
    'allowed_cpus',
    'wchan',
    'own',
    'cgroup',
    'memory_cgroup',
    'args',
  ],
  /** CPU control of one cgroup, version 1 (quota, shares) or 2 (max, weight). */
  cpu_cgroup: [
    'path',
    'version',
    'quota',
    'period',
    'limit_cores',
    'sample_nr_periods',
    'sample_nr_throttled',
    'sample_throttled',
    'throttled_share',
    'nr_periods',
    'nr_throttled',
    'throttled_time',
    'shares',
    'weight',
    'cpu',
    'tasks',
    'own',
    'top',
  ],
  /** Memory of the machine. */
  memory: [
    'total',
    'available',
    'available_share',
    'free',
    'cached',
    'anon',
    'slab',
    'shmem',
    'dirty',
    'swap_total',
    'swap_free',
  ],
  /** Paging and reclaim; counts during the sample unless said. */
  vmstat: [
    'sample_pgmajfault',
    'sample_allocstall',
    'sample_pgscan_direct',
    'sample_workingset_refault_file',
    'sample_pswpin',
    'sample_pswpout',
    'sample_oom_kill',
    'oom_kill',
  ],
  /** One process by the memory it holds. */
  memory_process: ['pid', 'comm', 'name', 'user', 'rss', 'share', 'own', 'memory_cgroup'],
  /** Memory control of one cgroup. */
  memory_cgroup: [
    'path',
    'version',
    'limit',
    'usage',
    'usage_share',
    'failcnt',
    'sample_failcnt',
    'oom_kill',
    'sample_oom_kill',
    'under_oom',
    'max_usage',
    'cache',
    'rss',
    'sample_refault',
    'sample_pgmajfault',
    'tasks',
    'own',
    'top',
  ],
  /** One process that the kernel killed for want of memory. */
  oom_kill: ['age', 'pid', 'comm', 'constraint', 'limit_cgroup', 'task_cgroup', 'limit_cgroup_exists', 'own', 'text'],
  /** One mounted file system. `use` is as df(1) counts it: of what users may have. */
  filesystem: [
    'mount',
    'type',
    'device',
    'access',
    'size',
    'used',
    'avail',
    'use',
    'inodes',
    'inodes_used',
    'inodes_free',
    'iuse',
    'backing',
    'also',
    'state',
  ],
  /** One block device during the sample. */
  disk: [
    'name',
    'util',
    'await',
    'queue',
    'reads_per_s',
    'writes_per_s',
    'read_rate',
    'write_rate',
    'flushes_per_s',
    'request_size',
    'mounts',
    'backing',
  ],
  /** One process by its block I/O during the sample. `io_wait` is the share of the sample it waited for a device. */
  io_process: [
    'pid',
    'comm',
    'name',
    'user',
    'state',
    'read_rate',
    'write_rate',
    'io_wait',
    'syscalls_per_s',
    'own',
    'cgroup',
  ],
  /** One network link. */
  link: [
    'name',
    'state',
    'carrier',
    'mtu',
    'speed',
    'rx_rate',
    'tx_rate',
    'sample_errors',
    'sample_dropped',
    'errors',
    'dropped',
  ],
  /** TCP of the machine; counts during the sample unless said. */
  tcp: [
    'sample_segments_out',
    'sample_retransmits',
    'sample_listen_overflows',
    'listen_overflows',
    'sample_listen_drops',
    'sample_attempt_fails',
    'sample_resets',
    'established',
  ],
  /** Sockets in use. */
  sockets: ['used', 'tcp_inuse', 'tcp_orphan', 'time_wait', 'tcp_mem', 'udp_inuse', 'port_range'],
  /** The connection tracking table. */
  conntrack: ['count', 'max', 'use'],
  /** One line of the kernel log. */
  kernel: ['age', 'level', 'text'],
  /** Open files of the machine. */
  files: ['allocated', 'max', 'use'],
  /** Process ids of the machine. */
  pids: ['tasks', 'pid_max', 'threads_max', 'use'],
  /** A process near its limit of open files. */
  fd_process: ['pid', 'comm', 'name', 'user', 'fds', 'nofile_soft', 'use', 'own'],
  /** A process near the limit of memory maps. */
  map_process: ['pid', 'comm', 'name', 'user', 'maps', 'max_map_count', 'use', 'own'],
  /** The pids control of one cgroup. */
  pids_cgroup: ['path', 'version', 'current', 'max', 'use', 'events_max', 'sample_events_max', 'own', 'top'],
  /** A recent change of an installed package. */
  package: ['age', 'time', 'action', 'name', 'from', 'to'],
  /**
   * One pod as the API server has it. `ready` counts its ready containers as `1/2`; `owner` is the chain of owners, nearest
   * first, as `ReplicaSet/shop-5d4f, Deployment/shop`; `asked` marks the pod that the run is about, `own` a pod of this
   * project; `static_uid` is the id that cgroups and kubelet paths of a static pod bear. `reason` and `message` are those of
   * its phase.
   */
  pod: [
    'namespace',
    'name',
    'uid',
    'static_uid',
    'asked',
    'phase',
    'reason',
    'node',
    'ready',
    'restarts',
    'age',
    'deleting_for',
    'qos',
    'host_network',
    'priority_class',
    'pod_ip',
    'own',
    'owner',
    'message',
  ],
  /** One condition of the pod that does not hold, such as `PodScheduled`, `ContainersReady`. */
  pod_condition: ['namespace', 'pod', 'type', 'status', 'reason', 'age', 'message'],
  /**
   * One container of a pod. `id` is the runtime's, without its scheme: cgroups bear it. `state` is waiting, running or
   * terminated, with `reason`, `exit_code` and `age` of that state; `last_` is how it ended before, `last_ran_for` how long
   * it had lived. CPU is in cores. `init` marks one that runs before the others (`sidecar`: beside them).
   */
  container: [
    'namespace',
    'pod',
    'container',
    'asked',
    'own',
    'init',
    'id',
    'state',
    'reason',
    'exit_code',
    'signal',
    'age',
    'ready',
    'restarts',
    'last_reason',
    'last_exit_code',
    'last_signal',
    'last_finished_ago',
    'last_ran_for',
    'cpu_request',
    'cpu_limit',
    'memory_request',
    'memory_limit',
    'storage_limit',
    'image',
    'message',
    'last_message',
  ],
  /** One probe of a container; `timeout`, `period` and `initial_delay` are seconds. What it sends is not told. */
  probe: ['namespace', 'pod', 'container', 'kind', 'how', 'initial_delay', 'period', 'timeout', 'failures'],
  /**
   * One volume of a pod that the node keeps for it. `path` is where the kubelet keeps it on the host; `medium` is `disk` or
   * `memory`. Volumes of secrets are not told.
   */
  pod_volume: [
    'namespace',
    'pod',
    'volume',
    'kind',
    'medium',
    'size_limit',
    'claim',
    'host_path',
    'path',
    'mounted_at',
  ],
  /** How a pod resolves names. `nameservers`, `searches` and `options` are those of the pod's own `dnsConfig`. */
  pod_dns: ['namespace', 'pod', 'policy', 'host_network', 'nameservers', 'searches', 'options'],
  /** One event. `object` is `Pod/NAME`, `Node/NAME` and so on; `age` counts from the last time, `first_age` from the first. */
  kube_event: ['object', 'namespace', 'container', 'type', 'reason', 'count', 'age', 'first_age', 'by', 'message'],
  /** The Kubernetes node. */
  node: [
    'name',
    'asked',
    'ready',
    'unschedulable',
    'deleting_for',
    'kubelet',
    'runtime',
    'os_image',
    'kernel',
    'age',
    'pods',
    'addresses',
  ],
  /** One condition of the node; those that speak of trouble come first. */
  node_condition: ['node', 'type', 'status', 'trouble', 'reason', 'age', 'heartbeat_age', 'message'],
  /** One taint of the node. */
  node_taint: ['node', 'key', 'value', 'effect', 'age'],
  /** What a node has of a resource and what its pods ask for; CPU in cores. Shares are of `allocatable`. */
  node_resource: [
    'node',
    'resource',
    'capacity',
    'allocatable',
    'requests',
    'requests_share',
    'limits',
    'limits_share',
  ],
  /** What runs the pods: a Deployment, StatefulSet or DaemonSet. `behind` says that its newest generation is not yet seen. */
  workload: [
    'namespace',
    'kind',
    'name',
    'desired',
    'updated',
    'ready',
    'available',
    'unavailable',
    'paused',
    'behind',
    'age',
    'revision',
    'reason',
    'message',
  ],
  /** One revision of a workload, newest first. `changed` says in what it differs from the one before; values of `env` are never told. */
  rollout: ['namespace', 'kind', 'name', 'revision', 'age', 'current', 'desired', 'ready', 'image', 'changed'],
  /** The service that answers DNS for pods. */
  dns_service: ['namespace', 'name', 'cluster_ip', 'ready_endpoints', 'not_ready_endpoints', 'age'],
  /** What could not be read, and why. */
  missing: ['what', 'why'],
  /** How many records were left out to keep the item short. */
  omitted: ['records', 'why'],
} as const;

/** Name of a record. */
export type RecordName = keyof typeof RECORD_FIELDS;

/** Name of a field of record `R`. */
export type FieldName<R extends RecordName> = (typeof RECORD_FIELDS)[R][number];
