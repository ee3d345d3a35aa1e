import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';
import { pressureLines } from './pressure-lines.ts';

/** Lines of item `cpu`. */
export function cpuLines(sample: Sample): string[] {
  const { before, after } = sample;
  if (after.cpu === undefined || before.cpu === undefined) {
    return [factLine('missing', { what: '/proc/stat', why: 'not readable' })];
  }
  const [load1, load5, load15] = after.cpu.load;
  const perSecond = (late: number, early: number): string =>
    withUnit(Math.round((late - early) / sample.seconds), '/s');
  const cores = after.cpu.cores.size - 1;
  return [
    factLine('load', {
      load1,
      load5,
      load15,
      runnable: after.cpu.running,
      tasks: after.cpu.tasks,
      cpus: cores,
      blocked: after.cpu.blocked,
      forks_per_s: perSecond(after.cpu.forks, before.cpu.forks),
      switches_per_s: perSecond(after.cpu.switches, before.cpu.switches),
    }),
    ...pressureLines(sample, 'cpu'),
    ...coreLines(before.cpu.cores, after.cpu.cores),
  ];
}

function coreLines(
  before: ReadonlyMap<string, readonly number[]>,
  after: ReadonlyMap<string, readonly number[]>,
): string[] {
  const lines: string[] = [];
  for (const [core, late] of after) {
    const early = before.get(core);
    if (early === undefined) continue;
    const ticks = Array.from({ length: 8 }, (_, index) => Math.max(0, (late[index] ?? 0) - (early[index] ?? 0)));
    const all = ticks.reduce((sum, value) => sum + value, 0);
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
    const percent = (value: number): string => withUnit(all === 0 ? 0 : Math.round((1000 * value) / all) / 10, '%');
    lines.push(
      factLine('cpu', {
        core,
        busy: percent(all - idle - iowait),
        user: percent(user),
        nice: percent(nice),
        system: percent(system),
        iowait: percent(iowait),
        irq: percent(irq + softirq),
        steal: percent(steal),
        idle: percent(idle),
      }),
    );
  }
  return lines;
}
