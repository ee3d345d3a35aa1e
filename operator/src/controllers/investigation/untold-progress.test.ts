import { FakeClock } from '@nannyapi/process';
import { expect, it } from 'vitest';
import { UntoldProgress } from './untold-progress.ts';

const finding = { mechanism: 'CPUSaturation', component: 'burner', statement: 'busy', evidence: [] };

it('is due a moment after a step, with its findings, once', async () => {
  const clock = new FakeClock();
  const progress = new UntoldProgress(clock);
  expect(progress.quietSeconds('run')).toBe(0);
  progress.note('run', [finding]);
  expect(progress.quietSeconds('run')).toBe(0.05);
  expect(progress.quietSeconds('another')).toBe(0);
  await clock.advance(50);
  expect(progress.quietSeconds('run')).toBe(0);
  expect(progress.take('run')).toEqual([finding]);
  expect(progress.take('run')).toBeUndefined();
});

it('is due after a second however fast the steps follow each other', async () => {
  const clock = new FakeClock();
  const progress = new UntoldProgress(clock);
  for (let ms = 0; ms < 1000; ms += 40) {
    progress.note('run', []);
    await clock.advance(40);
  }
  progress.note('run', []);
  expect(progress.quietSeconds('run')).toBe(0);
});
