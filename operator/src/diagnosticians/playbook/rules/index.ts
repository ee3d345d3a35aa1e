import type { Rule } from '../candidate.ts';
import { findBlockDeviceErrors } from './block-device-errors.ts';
import { findConnectionLimits } from './connection-limits.ts';
import { findCpuAffinity } from './cpu-affinity.ts';
import { findCpuSaturation } from './cpu-saturation.ts';
import { findCpuSharesStarvation } from './cpu-shares-starvation.ts';
import { findCpuThrottling } from './cpu-throttling.ts';
import { findCrashLoop } from './crash-loop.ts';
import { findDiskIOSaturation } from './disk-io-saturation.ts';
import { findFileDescriptorsExhausted } from './file-descriptors-exhausted.ts';
import { findFileSystemFull } from './file-system-full.ts';
import { findFileSystemReadOnly } from './file-system-read-only.ts';
import { findFsyncStorm } from './fsync-storm.ts';
import { findInodesExhausted } from './inodes-exhausted.ts';
import { findMemoryMapsExhausted } from './memory-maps-exhausted.ts';
import { findMemoryPressure } from './memory-pressure.ts';
import { findOomKill } from './oom-kill.ts';
import { findPidsLimitReached } from './pids-limit-reached.ts';
import { findProcessStopped } from './process-stopped.ts';

import { findClusterDNSDown } from './pods/cluster-dns.ts';
import { findContainerOomKill } from './pods/container-oom.ts';
import { findPodCrashLoop } from './pods/crash-loop.ts';
import { findNodeConditions } from './pods/node-conditions.ts';
import { findPodEvicted } from './pods/pod-evicted.ts';
import { findPodNameServerUnreachable } from './pods/pod-name-server.ts';
import { findPodUnschedulable } from './pods/pod-without-node.ts';
import { findProbeFailing } from './pods/probe-failing.ts';
import { findPodVolumeFull } from './pods/volume-full.ts';
import { findWaitingContainer } from './pods/waiting-container.ts';

/** All rules; their order does not matter. */
export const RULES: readonly Rule[] = [
  findCpuSaturation,
  findCpuThrottling,
  findMemoryPressure,
  findOomKill,
  findFileSystemFull,
  findInodesExhausted,
  findDiskIOSaturation,
  findFsyncStorm,
  findBlockDeviceErrors,
  findConnectionLimits,
  findCpuAffinity,
  findCpuSharesStarvation,
  findCrashLoop,
  findFileDescriptorsExhausted,
  findFileSystemReadOnly,
  findMemoryMapsExhausted,
  findPidsLimitReached,
  findProcessStopped,
  findClusterDNSDown,
  findContainerOomKill,
  findNodeConditions,
  findPodCrashLoop,
  findPodEvicted,
  findPodNameServerUnreachable,
  findPodUnschedulable,
  findPodVolumeFull,
  findProbeFailing,
  findWaitingContainer,
];
