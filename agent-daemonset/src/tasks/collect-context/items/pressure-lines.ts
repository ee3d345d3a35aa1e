import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';

/** PSI lines of one resource, or a line that says why there are none. */
export function pressureLines(sample: Sample, resource: 'cpu' | 'io' | 'memory'): string[] {
  const lines: string[] = [];
  for (const kind of ['some', 'full']) {
    const late = sample.after.pressure.get(`${resource}/${kind}`);
    const early = sample.before.pressure.get(`${resource}/${kind}`);
    if (late === undefined || early === undefined) continue;
    const stalledPercent = (late.totalUs - early.totalUs) / sample.seconds / 1e4;
    lines.push(
      factLine('psi', {
        resource,
        kind,
        sample_stalled: withUnit(Math.min(100, Math.max(0, stalledPercent)), '%'),
        avg10: withUnit(late.avg10, '%'),
        avg60: withUnit(late.avg60, '%'),
        avg300: withUnit(late.avg300, '%'),
        total: withUnit(late.totalUs, 'us'),
      }),
    );
  }
  if (lines.length === 0)
    lines.push(factLine('missing', { what: `pressure of ${resource}`, why: 'kernel without PSI' }));
  return lines;
}
