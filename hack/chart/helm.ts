import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

/** The chart. */
export const CHART = join(import.meta.dirname, '../../charts/nannyapi');

/** An object as Helm renders it; tests read any part of it. */
export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: any; // oxlint-disable-line typescript/no-explicit-any -- as said
}

/** How a chart is rendered. */
export interface RenderOptions {
  values?: object | undefined;
  release?: string;
  namespace?: string;
  /** Folder of the chart. Default: that of this repository. */
  chart?: string;
}

/** Path of Helm. @throws Error that says what is missing. */
export function findHelm(): string {
  return execFileSync(join(import.meta.dirname, '../fetch-helm'), { encoding: 'utf8' }).trim();
}

/** Runs Helm. @throws Error with what it printed on standard error. */
export async function runHelm(args: readonly string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(findHelm(), args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr || stdout, { cause: error }));
      else resolve(stdout);
    });
  });
}

/** Gives Helm a file with values for one run. */
export async function withValues<T>(values: object | undefined, run: (args: string[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values ?? {}));
    return await run(['--values', file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All objects of the chart, hooks and tests included. @throws Error with Helm's words when values are refused. */
export async function renderChart(options: RenderOptions = {}): Promise<Rendered[]> {
  const { values, release = 'nannyapi', namespace = 'nannyapi', chart = CHART } = options;
  const text = await withValues(values, (args) => runHelm(['template', release, chart, '-n', namespace, ...args]));
  return loadAll(text).filter((object): object is Rendered => typeof object === 'object' && object !== null);
}
