import { matchesAny } from '../patterns.ts';
import { unreachable } from '../unreachable.ts';
import { PROBE_LIMITS, SOFTWARE_EVENTS } from './probes.ts';
import type { Expression, Probe } from './syntax.ts';
import { visitExpression } from './syntax.ts';

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

/**
 * Whether a predicate lets only a part of the events through.
 *
 * A constant, a clock, or a bound that every event meets (`pid >= 0`) narrows nothing.
 */
export function isNarrowing(predicate: Expression): boolean {
  switch (predicate.type) {
    case 'binary':
      return isNarrowingBinary(predicate);
    case 'map':
      return true;
    case 'field':
      return !isIdentity(predicate);
    case 'unary':
      return predicate.operator === '!' && dependsOnEvent(predicate.operand) && predicate.operand.type !== 'map';
    case 'cast':
      return isNarrowing(predicate.operand);
    case 'call':
      return predicate.name === 'strncmp';
    case 'ternary':
      return (
        isNarrowing(predicate.condition) &&
        predicate.whenTrue.type === 'int' &&
        predicate.otherwise.type === 'int' &&
        predicate.whenTrue.text !== predicate.otherwise.text
      );
    case 'builtin':
    case 'int':
    case 'scalar':
    case 'step':
    case 'string':
    case 'tuple':
    case 'word':
      return false;
  }
  return unreachable(predicate);
}

type Binary = Extract<Expression, { type: 'binary' }>;

function isNarrowingBinary(predicate: Binary): boolean {
  const { operator, left, right } = predicate;
  if (operator === '&&') return isNarrowing(left) || isNarrowing(right);
  if (operator === '||') return isNarrowing(left) && isNarrowing(right);
  if (!dependsOnEvent(left) && !dependsOnEvent(right)) return false;
  if (sameText(left, right)) return false;
  switch (operator) {
    case '==':
      return true;
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return !isTrivialBound(operator, left, right) && !isTrivialBound(operator, right, left);
    case '&':
    case '%':
      return true;
    default:
      return false;
  }
}

/** Whether a value differs from event to event in a way that a filter can use. */
function dependsOnEvent(expression: Expression): boolean {
  let depends = false;
  visitExpression(expression, (part) => {
    if (part.type === 'field' || part.type === 'map') depends = true;
    if (part.type === 'builtin' && !['nsecs', 'elapsed', 'probe'].includes(part.name)) depends = true;
  });
  return depends;
}

function sameText(left: Expression, right: Expression): boolean {
  return JSON.stringify({ ...left, at: 0 }) === JSON.stringify({ ...right, at: 0 });
}

function isIdentity(expression: Expression): boolean {
  if (expression.type === 'cast') return isIdentity(expression.operand);
  if (expression.type === 'builtin') return ['pid', 'tid', 'uid', 'gid', 'cpu', 'cgroup'].includes(expression.name);
  return (
    expression.type === 'field' &&
    /^(?:id|nr|.*pid|.*tid|.*cpu|.*prio|.*addr|.*ptr|call_site|vec|irq|ip|function|timer|hrtimer|now|expires)$/.test(
      expression.name,
    )
  );
}

/** A comparison that nearly every event meets, such as `pid > 0`; `uid != 0` and `cpu == 0` are none. */
function isTrivialBound(operator: string, value: Expression, bound: Expression): boolean {
  if (bound.type === 'string') return bound.raw === '';
  if (!isIdentity(value)) return false;
  const isSmall =
    (bound.type === 'int' && /^(?:0x)?0*[01]?$/.test(bound.text)) || (bound.type === 'unary' && bound.operator === '-');
  const isHuge = bound.type === 'int' && (bound.text.length > 7 || /e[6-9]$/.test(bound.text));
  const isRealFilter =
    operator === '!=' && value.type === 'builtin' && ['uid', 'gid', 'cpu'].includes(value.name) && bound.type === 'int';
  return (isSmall && !isRealFilter) || isHuge;
}
