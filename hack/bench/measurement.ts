import { median } from './statistics.ts';

/** One line of the table. */
export interface Measurement {
  /** What was measured, and at which size. */
  what: string;
  value: number;
  unit: 'ms' | 'KiB' | 'MiB' | '%' | 'x';
  /** At most this; absent where no goal is set. */
  goal?: number;
  /**
   * What the predecessor, written in Go, took for the same work: release build, default settings, two shared cores,
   * loopback without TLS, nothing synced to disk, load generator on the same cores. Absent where it has no such work.
   */
  predecessor?: number;
}

/** A named benchmark. It starts what it needs and leaves nothing behind, also when it fails. */
export interface Benchmark {
  name: string;
  /** How it measures, in one line. */
  how: string;
  run(): Promise<Measurement[]>;
}

const HEAD = ['what', 'measured', 'from', 'to', 'goal', 'ratio', '', 'predecessor', 'ratio'];

/**
 * Several runs of the same benchmarks as a table: the median of each measurement, its extremes when there is more than
 * one, and its ratio to goal and predecessor, where below 1 is better.
 */
export function tableOf(runs: readonly (readonly Measurement[])[]): string {
  const lines = [HEAD, ...(runs[0] ?? []).map((measurement) => rowOf(measurement, runs))];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ what, unit, goal, predecessor }: Measurement, runs: readonly (readonly Measurement[])[]): string[] {
  const values = runs.flatMap((run) => run.filter((each) => each.what === what).map(({ value }) => value));
  const value = median(values);
  const extremes = values.length > 1 ? [Math.min(...values), Math.max(...values)].map(number) : ['', ''];
  const toGoal =
    goal === undefined
      ? ['', '', '']
      : [`${number(goal)} ${unit}`, (value / goal).toFixed(2), value <= goal ? 'met' : 'MISSED'];
  const toPredecessor =
    predecessor === undefined ? ['', ''] : [`${number(predecessor)} ${unit}`, (value / predecessor).toFixed(2)];
  return [what, `${number(value)} ${unit}`, ...extremes, ...toGoal, ...toPredecessor];
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
