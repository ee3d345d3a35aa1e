import type { CollectorHost } from '../../../host/collector-host.ts';

/** One line of a pressure file (PSI). Averages in percent, total in microseconds. */
export interface PressureLine {
  avg10: number;
  avg60: number;
  avg300: number;
  totalUs: number;
}

/** Pressure of the three resources, by `resource/kind` such as `io/full`. Empty where the kernel has PSI off. */
export type Pressure = ReadonlyMap<string, PressureLine>;

/** Resources that the kernel tells pressure of. */
export const PRESSURE_RESOURCES = ['cpu', 'io', 'memory'] as const;

/** Reads /proc/pressure. */
export async function readPressure(host: CollectorHost): Promise<Pressure> {
  const lines = new Map<string, PressureLine>();
  for (const resource of PRESSURE_RESOURCES) {
    const text = await host.readFile(`/proc/pressure/${resource}`);
    for (const [kind, line] of parsePressure(text)) lines.set(`${resource}/${kind}`, line);
  }
  return lines;
}

function parsePressure(text: string | undefined): [string, PressureLine][] {
  const pattern = /^(some|full) avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+) total=(\d+)/gmu;
  return [...(text ?? '').matchAll(pattern)].map(([, kind = '', avg10, avg60, avg300, total]) => [
    kind,
    { avg10: Number(avg10), avg60: Number(avg60), avg300: Number(avg300), totalUs: Number(total) },
  ]);
}
