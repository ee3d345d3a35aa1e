import { median } from './statistics.ts';

/** One line of the table. */
export interface Measurement {
  /** What was measured, and at which size. */
  what: string;
  value: number;
  /** Of `/s` more is better, of all others less. */
  unit: 'ms' | 's' | 'KiB' | 'MiB' | '%' | 'x' | '/s';
  /** The value to reach, or what the other server reached in the same run; absent where no goal is set. */
  goal?: number | 'kube-apiserver';
  /**
   * What kube-apiserver and etcd took for the same work in the same run; `absent` where they are not on this machine.
   * Absent where they have no such work.
   */
  kubeApiServer?: number | 'absent';
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

const HEAD = ['what', 'measured', 'from', 'to', 'goal', 'ratio', '', 'kube-apiserver', 'ratio', 'predecessor', 'ratio'];

/**
 * Several runs of the same benchmarks as a table: the median of each measurement, its extremes when there is more than
 * one, and its ratio to goal, kube-apiserver and predecessor, where below 1 is better. Of columns only those that hold
 * something are shown.
 */
export function tableOf(runs: readonly (readonly Measurement[])[]): string {
  const rows = (runs[0] ?? []).map((measurement) => rowOf(measurement, runs));
  const shown = HEAD.map((_, column) => rows.some((row) => row[column] !== ''));
  const lines = [HEAD, ...rows].map((line) => line.filter((_, column) => shown[column]));
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(measurement: Measurement, runs: readonly (readonly Measurement[])[]): string[] {
  const { what, unit, predecessor } = measurement;
  const same = runs.flatMap((run) => run.filter((each) => each.what === what));
  const values = same.map(({ value }) => value);
  const value = median(values);
  const extremes = values.length > 1 ? [Math.min(...values), Math.max(...values)].map(number) : ['', ''];
  const others = same.map(({ kubeApiServer }) => kubeApiServer).filter((other) => typeof other === 'number');
  const other = others.length > 0 ? median(others) : measurement.kubeApiServer;
  const goal = measurement.goal === 'kube-apiserver' ? other : measurement.goal;
  const verdict = typeof goal === 'number' ? (ratio(value, goal, unit) <= 1 ? 'met' : 'MISSED') : '';
  return [
    what,
    `${number(value)} ${unit}`,
    ...extremes,
    ...compared(value, goal, unit),
    verdict,
    ...compared(value, other, unit),
    ...compared(value, predecessor, unit),
  ];
}

/** A reference and the ratio to it, as two cells. */
function compared(value: number, reference: Measurement['kubeApiServer'], unit: Measurement['unit']): string[] {
  if (reference === undefined) return ['', ''];
  if (reference === 'absent') return ['not here', ''];
  return [`${number(reference)} ${unit}`, ratio(value, reference, unit).toFixed(2)];
}

function ratio(value: number, reference: number, unit: Measurement['unit']): number {
  return unit === '/s' ? reference / value : value / reference;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
