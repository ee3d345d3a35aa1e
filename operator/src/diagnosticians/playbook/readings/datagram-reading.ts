import type { MoveAction, Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';

/** Datagrams of one network namespace between two looks. */
export interface DatagramReading {
  sent: number;
  received: number;
  quotes: Quote[];
}

/** Shows the UDP counters of the network namespace that a process lives in (proc_pid_net(5)). */
export function showsDatagrams(pid: number, ...more: string[]): MoveAction {
  return { tool: 'run', argv: ['grep', '-H', '.', `/proc/${pid}/net/snmp`, ...more] };
}

/** Compares the first and the last look; `undefined` when there are not two. */
export function readDatagrams(step: DiagnosisStep, pid: number): DatagramReading | undefined {
  const looks = step.results.flatMap((result) => {
    const rows = result.text.split('\n').filter((line) => line.startsWith(`/proc/${pid}/net/snmp:Udp: `));
    const [names = [], values = []] = rows.map((row) => row.split(/\s+/u));
    const line = rows[1];
    if (line === undefined) return [];
    const field = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
    return [
      { sent: field('OutDatagrams'), received: field('InDatagrams'), quote: { id: result.evidenceID, quote: line } },
    ];
  });
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined || first === last) return undefined;
  return {
    sent: last.sent - first.sent,
    received: last.received - first.received,
    quotes: [first.quote, last.quote],
  };
}
