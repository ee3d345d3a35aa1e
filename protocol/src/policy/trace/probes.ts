import { shown } from '../verdict.ts';
import { unreachable } from '../unreachable.ts';
import type { Probe } from './syntax.ts';
import { refuseTrace } from './trace-refusal.ts';

/** Bounds of probes; part of the hashed policy. */
export const PROBE_LIMITS = {
  maxProfileHertz: 199,
  minIntervalMs: 100,
  maxIntervalMs: 30_000,
  /** Below this count a software event fires as often as its tracepoint. */
  calmSoftwareCount: 100,
  /** A clock that samples each so many nanoseconds of CPU time: 199 Hz. */
  minClockNs: 5_025_126,
} as const;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, ms: 1, us: 0.001 };
const ALIASES: Readonly<Record<string, string>> = { t: 'tracepoint', p: 'profile', i: 'interval', s: 'software' };

/** Events of the software type, with how often they fire. */
export const SOFTWARE_EVENTS: Readonly<Record<string, 'rare' | 'busy' | 'clock'>> = {
  'alignment-faults': 'rare',
  'cpu-migrations': 'rare',
  'emulation-faults': 'rare',
  'major-faults': 'rare',
  'page-faults': 'busy',
  faults: 'busy',
  'minor-faults': 'busy',
  'context-switches': 'busy',
  cs: 'busy',
  'cpu-clock': 'clock',
  cpu: 'clock',
  'task-clock': 'clock',
};

/** Categories of events that people define at run time, which can carry anything, and of buses whose events carry their data. */
export const CLOSED_CATEGORIES = [
  'kprobes',
  'uprobes',
  'synthetic',
  'user_events',
  'eprobes',
  'fprobes',
  'bpf_trace',
  'hid',
  'bpf_test_run',
  'i2c',
  'i2c_slave',
  'smbus',
  'spi',
  '9p',
  'serial',
  'tty',
  'usb_core',
];

/** Takes one attach point apart, or refuses it. */
export function parseProbe(word: string, at: number): Probe {
  const [head = '', ...rest] = word.split(':');
  const type: string = (Object.hasOwn(ALIASES, head) ? ALIASES[head] : undefined) ?? head;
  switch (type) {
    case 'tracepoint':
      return parseTracepoint(rest, word, at);
    case 'profile':
    case 'interval':
      return parseTimed(type, rest, { word, at });
    case 'software':
      return parseSoftware(rest, word, at);
    case 'BEGIN':
    case 'END':
      if (rest.length === 0) return { type };
      break;
  }
  const nearest = 'tracepoint:category:event, profile:hz:99, interval:s:1, software:major-faults:1, BEGIN or END';
  if (['#include', '#define'].includes(head)) refuseTrace('trace-syntax', 'the preprocessor is closed', { at });
  return refuseTrace('trace-probe', `${shown(word)} is not an open probe type`, { at, nearest });
}

function parseTracepoint(parts: readonly string[], word: string, at: number): Probe {
  const [category = '', event = '', ...more] = parts;
  if (/[*?[\]{}]/.test(word)) {
    refuseTrace('trace-probe', `${shown(word)} is a wildcard`, { at, nearest: 'up to 16 tracepoints by full name' });
  }
  if (more.length > 0 || !/^[a-z0-9_-]{1,64}$/i.test(category) || !/^[a-z0-9_-]{1,128}$/i.test(event)) {
    refuseTrace('trace-probe', `${shown(word)} is no tracepoint`, { at, nearest: 'tracepoint:category:event' });
  }
  if (CLOSED_CATEGORIES.includes(category.toLowerCase())) {
    refuseTrace('trace-probe', `events of ${shown(category)} are closed`, {
      at,
      nearest: 'a tracepoint of the kernel itself',
    });
  }
  return { type: 'tracepoint', category, event };
}

function parseTimed(type: 'profile' | 'interval', parts: readonly string[], text: { word: string; at: number }): Probe {
  const [unit = '', digits = ''] = parts;
  const nearest = type === 'profile' ? 'profile:hz:99' : 'interval:s:1';
  if (parts.length !== 2 || !/^[1-9]\d{0,9}$/.test(digits) || !['hz', 's', 'ms', 'us'].includes(unit)) {
    refuseTrace('trace-probe', `${shown(text.word)} is no ${type}`, { at: text.at, nearest });
  }
  const value = Number(digits);
  const periodMs = unit === 'hz' ? 1000 / value : value * (UNIT_MS[unit] ?? 0);
  const shortest = type === 'profile' ? 1000 / PROBE_LIMITS.maxProfileHertz : PROBE_LIMITS.minIntervalMs;
  if (periodMs < shortest) refuseTrace('trace-rate', `${shown(text.word)} fires too often`, { at: text.at, nearest });
  if (periodMs > PROBE_LIMITS.maxIntervalMs) {
    refuseTrace('trace-rate', `${shown(text.word)} outlasts the longest trace of 30 s`, { at: text.at, nearest });
  }
  return { type, unit, value };
}

function parseSoftware(parts: readonly string[], word: string, at: number): Probe {
  const [event = '', count] = parts;
  const nearest = 'software:major-faults:1 or software:page-faults:100';
  const kind = Object.hasOwn(SOFTWARE_EVENTS, event) ? SOFTWARE_EVENTS[event] : undefined;
  if (!kind || parts.length > 2 || (count !== undefined && !/^[1-9]\d{0,9}$/.test(count))) {
    refuseTrace('trace-probe', `${shown(word)} is no open software event`, { at, nearest });
  }
  const every = count === undefined ? undefined : Number(count);
  if (kind === 'clock' && (every === undefined || every < PROBE_LIMITS.minClockNs)) {
    refuseTrace('trace-rate', `${shown(word)} samples too often`, { at, nearest: 'profile:hz:99' });
  }
  return { type: 'software', event, every };
}

/** Writes an attach point as bpftrace reads it. */
export function printProbe(probe: Probe): string {
  switch (probe.type) {
    case 'tracepoint':
      return `tracepoint:${probe.category}:${probe.event}`;
    case 'profile':
    case 'interval':
      return `${probe.type}:${probe.unit}:${probe.value}`;
    case 'software':
      return `software:${probe.event}${probe.every === undefined ? '' : `:${probe.every}`}`;
    case 'BEGIN':
    case 'END':
      return probe.type;
  }
  return unreachable(probe);
}
