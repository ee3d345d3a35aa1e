import { matchesAny } from '../patterns.ts';
import { PROBE_LIMITS, SOFTWARE_EVENTS } from './probes.ts';
import type { Probe } from './syntax.ts';

/** Tracepoints that fire all the time, as anchored expressions over `category:event`. */
export const HOT_TRACEPOINTS: readonly string[] = [
  '(?:raw_syscalls|kmem|irq|irq_vectors|timer|lock|preemptirq|rcu):.*',
  'sched:sched_(?:switch|wakeup|waking)',
  'exceptions:page_fault_(?:user|kernel)',
];

/** Tracepoints that are busy enough to drown a reader, or that printing itself sets off. */
export const BUSY_TRACEPOINTS: readonly string[] = [
  'syscalls:sys_(?:enter|exit)_(?:read|write|readv|writev|pread64|pwrite64|preadv2?|pwritev2?|futex\\w*|futex|poll|ppoll|select|pselect6|epoll_\\w+|recv\\w+|send\\w+|ioctl|lseek|close|fcntl|mmap|munmap|mprotect|madvise|brk|clock_\\w+|nanosleep|gettimeofday|getpid|gettid|rt_sig\\w+|sched_yield|splice|io_uring_enter|bpf|perf_event_open|newfstatat|newfstat|newstat|fstat\\w*|statx)',
  '(?:net|napi|filemap|writeback|kvm|msr|tlb|ipi|workqueue|power|page_pool|ext4|xfs|btrfs|jbd2|sunrpc|mmap|mmap_lock|percpu|random|dma_fence|drm|i915|amdgpu|bpf_trace):.*',
  'skb:(?:consume_skb|skb_copy_datagram_iovec)|sched:sched_(?:stat_\\w+|migrate_task|pi_setprio|wake_idle_without_ipi)|tcp:tcp_(?:probe|rcv_space_adjust)',
];

/** Whether a probe fires all the time. */
export function isHot(probe: Probe): boolean {
  if (probe.type === 'tracepoint') return matches(HOT_TRACEPOINTS, probe);
  if (probe.type !== 'software' || SOFTWARE_EVENTS[probe.event] !== 'busy') return false;
  return probe.every !== undefined && probe.every < PROBE_LIMITS.calmSoftwareCount;
}

/** Whether printing at each event would drown the reader. */
export function isBusy(probe: Probe): boolean {
  return isHot(probe) || (probe.type === 'tracepoint' && matches(BUSY_TRACEPOINTS, probe));
}

function matches(patterns: readonly string[], probe: { readonly category: string; readonly event: string }): boolean {
  const name = `${probe.category}:${probe.event}`.toLowerCase();
  return matchesAny(patterns, name);
}
