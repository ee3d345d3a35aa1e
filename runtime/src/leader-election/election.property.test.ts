import { FakeClock } from '@nannyapi/process';
import { array, asyncProperty, assert, constant, constantFrom, double, integer, oneof, record } from 'fast-check';
import { expect, it } from 'vitest';
import { LeaseRoom, SimulatedCandidate, type CandidateOptions } from '../../testing/simulated-election.ts';

const STORM_MS = 120_000;
const END_MS = 300_000;

const instants = integer({ min: 5_000, max: STORM_MS });
const candidates = array(
  record({
    skewMs: integer({ min: -3_600_000, max: 3_600_000 }),
    steps: array(record({ atMs: instants, byMs: constantFrom(-3_600_000, -8_000, 8_000, 3_600_000) }), {
      maxLength: 3,
    }),
    rate: double({ min: 0.98, max: 1.02, noNaN: true }),
    stops: array(record({ atMs: instants, forMs: constantFrom(3_000, 9_000, 16_000, 40_000) }), { maxLength: 4 }),
    diesAtMs: oneof({ weight: 3, arbitrary: constant(STORM_MS) }, instants),
    leavesAtMs: oneof({ weight: 3, arbitrary: constant(STORM_MS) }, instants),
  }),
  { minLength: 1, maxLength: 3 },
);
/** One that outlives all faults, so that somebody can lead in the end. */
const STEADY: CandidateOptions = { skewMs: 0, steps: [], rate: 1, stops: [], diesAtMs: END_MS * 2, leavesAtMs: END_MS };

/** Numbers in [0, 1) from a seed (mulberry32), so that a failing run can be run again. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const storms = record({
  seed: integer(),
  lossRatio: constantFrom(0, 0.05, 0.2, 0.4),
  maxLatencyMs: constantFrom(1, 50, 1_000, 4_000, 8_000),
  options: candidates,
});

it('never has two leaders, and never mixes the writes of two terms, whatever clocks, network and scheduler do', async () => {
  let changes = 0;
  await assert(
    asyncProperty(storms, async ({ seed, lossRatio, maxLatencyMs, options }) => {
      const clock = new FakeClock();
      const weather = { clock, random: dice(seed), lossRatio, maxLatencyMs };
      const room = new LeaseRoom();
      const all = [...options, STEADY].map(
        (each, index) => new SimulatedCandidate(`c${index}`, { room, weather }, each),
      );
      for (const candidate of all) void candidate.run();
      const leaders = () => all.filter((candidate) => candidate.isLeading()).length;
      for (let elapsedMs = 0; elapsedMs < STORM_MS; elapsedMs += 250) {
        await clock.advance(250);
        expect(leaders()).toBeLessThanOrEqual(1);
      }
      Object.assign(weather, { lossRatio: 0, maxLatencyMs: 10 });
      await clock.advance(END_MS - STORM_MS - 1_000);
      expect(leaders()).toBe(1);
      await clock.advance(10_000);
      expect(leaders()).toBe(0);
      const terms = room.arrived.filter((term, index) => term !== room.arrived[index - 1]);
      changes += terms.length;
      expect(new Set(terms).size).toBe(terms.length);
    }),
    { numRuns: 100, interruptAfterTimeLimit: 60_000 },
  );
  // Else the storms were too heavy, or too light, to prove anything.
  expect(changes).toBeGreaterThan(200);
}, 120_000);
