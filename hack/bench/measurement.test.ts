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

  it('sets the other server beside ours, as a goal if asked, and turns the ratio of rates round', () => {
    const run = (value: number, kubeApiServer: number) => [
      { what: 'creates', value, unit: '/s', goal: 'kube-apiserver', kubeApiServer } as const,
    ];
    const [, row = ''] = tableOf([run(1000, 400), run(1200, 500), run(1100, 2200)]).split('\n');
    expect(row.split(/ {2,}/).slice(4)).toEqual(['500 /s', '0.45', 'met', '500 /s', '0.45']);
    expect(tableOf([run(100, 150)])).toMatch(/MISSED/);
  });

  it('says where the other server could not be had, and shows no columns that hold nothing', () => {
    const table = tableOf([
      [{ what: 'creates', value: 1, unit: '/s', goal: 'kube-apiserver', kubeApiServer: 'absent' }],
    ]);
    expect(table).toMatch(/^creates +1\.00 \/s +not here +not here$/m);
    expect(table).not.toMatch(/predecessor|from|MISSED/);
  });
});
