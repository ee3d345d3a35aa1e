import type { Fault, ProxiedRequest } from './fault-proxy.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { WatchBend, WatchEnd } from './watch-fault.ts';

/** How an API server refuses that is overloaded, broken, restarting or forgetful. */
const REFUSALS: readonly (Fault & { kind: 'Answer' })[] = [
  { kind: 'Answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  { kind: 'Answer', status: 500, reason: 'InternalError' },
  { kind: 'Answer', status: 503, reason: 'ServiceUnavailable' },
  { kind: 'Answer', status: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 1 },
];
const BENDS: readonly WatchBend[] = ['Duplicate', 'Reorder', 'Reorder', 'DelayBookmarks', 'LoseDelete'];
const ENDS: readonly WatchEnd[] = ['CutMidLine', 'Stall', 'End', 'Reset', 'ErrorEvent', 'Garbage'];
const EXPIRED: Fault = { kind: 'Answer', status: 410, reason: 'Expired' };

/** Decides like an API server that misbehaves in every way, as the seed has it. */
export function faultScript(random: SeededRandom): (request: ProxiedRequest) => Fault | undefined {
  return (request) => {
    if (request.isWatch) return watchFault(random, request);
    return request.method === 'GET' ? readFault(random, request) : writeFault(random);
  };
}

function watchFault(random: SeededRandom, { isResumption }: ProxiedRequest): Fault | undefined {
  if (random.chance(0.15)) return random.pick<Fault>([...REFUSALS, { kind: 'Reset' }, { kind: 'Stall' }]);
  if (isResumption && random.chance(0.15)) return EXPIRED;
  if (random.chance(0.1)) return undefined;
  const bend = random.chance(0.6) ? random.pick(BENDS) : undefined;
  const end = random.chance(0.8) ? { how: random.pick(ENDS), afterLines: random.below(10) } : undefined;
  return { kind: 'Watch', fault: { bend, end } };
}

function readFault(random: SeededRandom, { url }: ProxiedRequest): Fault | undefined {
  if (random.chance(0.6)) return undefined;
  const isList = url.searchParams.has('limit');
  const ofLists: Fault[] = isList ? [{ kind: 'StaleList' }, { kind: 'StaleList' }, EXPIRED] : [];
  return random.pick<Fault>([...REFUSALS, { kind: 'Reset' }, { kind: 'ResetAfter' }, { kind: 'Stall' }, ...ofLists]);
}

/** Of writes some are lost on the way there and some on the way back. */
function writeFault(random: SeededRandom): Fault | undefined {
  if (random.chance(0.7)) return undefined;
  return random.pick<Fault>([...REFUSALS, { kind: 'Reset' }, { kind: 'ResetAfter' }, { kind: 'Stall' }]);
}
