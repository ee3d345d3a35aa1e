/** One line of the table. */
export interface Measurement {
  /** What was measured, and at which size. */
  what: string;
  value: number;
  unit: 'ms' | 'KiB' | 'MiB' | '%' | 'x';
  /** At most this; absent where no goal is set. */
  goal?: number;
}

/** A named benchmark. It starts what it needs and leaves nothing behind, also when it fails. */
export interface Benchmark {
  name: string;
  /** How it measures, in one line. */
  how: string;
  run(): Promise<Measurement[]>;
}

/** The measurements as a table; `ratio` is value to goal, below 1 is better than the goal. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ what, value, unit, goal }) => [
    what,
    `${number(value)} ${unit}`,
    goal === undefined ? '' : `${number(goal)} ${unit}`,
    goal === undefined ? '' : (value / goal).toFixed(2),
    goal === undefined ? '' : value <= goal ? 'met' : 'MISSED',
  ]);
  const lines = [['what', 'measured', 'goal', 'ratio', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
