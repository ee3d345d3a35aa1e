import { describe, expect, it } from 'vitest';
import { tableOf } from './measurement.ts';

describe('tableOf', () => {
  it('shows the median of the runs, their extremes, and the ratios to goal and predecessor', () => {
    const run = (value: number) => [{ what: 'a step', value, unit: 'ms', goal: 8, predecessor: 3 } as const];
    const [, row = ''] = tableOf([run(9), run(6), run(7)]).split('\n');
    expect(row.split(/ {2,}/)).toEqual([
      'a step',
      '7.00 ms',
      '6.00',
      '9.00',
      '8.00 ms',
      '0.88',
      'met',
      '3.00 ms',
      '2.33',
    ]);
  });

  it('leaves empty what was not set, and calls a goal missed that is not reached', () => {
    const table = tableOf([
      [
        { what: 'without a goal', value: 1, unit: 'ms' },
        { what: 'too much', value: 200, unit: 'MiB', goal: 150 },
      ],
    ]);
    expect(table).toMatch(/^without a goal +1\.00 ms$/m);
    expect(table).toMatch(/^too much +200 MiB +150 MiB +1\.33 +MISSED$/m);
  });
});
