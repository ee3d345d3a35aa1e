import type { Rule } from '../candidate.ts';
import { findCpuSaturation } from './cpu-saturation.ts';
import { findCpuThrottling } from './cpu-throttling.ts';
import { findDiskIOSaturation } from './disk-io-saturation.ts';
import { findFileSystemFull } from './file-system-full.ts';
import { findFsyncStorm } from './fsync-storm.ts';
import { findInodesExhausted } from './inodes-exhausted.ts';
import { findMemoryPressure } from './memory-pressure.ts';
import { findOomKill } from './oom-kill.ts';

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
];
