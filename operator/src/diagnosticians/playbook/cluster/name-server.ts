import { checkArgv } from '@nannyapi/protocol';
import type { MoveAction, Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { hasTool, runs } from '../candidate.ts';
import type { RuleInput } from '../candidate.ts';
import { quoteLine } from '../readings/step-results.ts';

/** A name that every cluster knows, so that asking for it tells nobody anything. */
const CLUSTER_NAME = 'kubernetes.default.svc.cluster.local';

/** Asks one name server for the cluster's own name with the first tool that the host has; nothing where the policy refuses the address. */
export function asksNameServer(input: RuleInput, server: string): MoveAction[] {
  const ways = [
    ['dig', '+time=2', '+tries=1', `@${server}`, CLUSTER_NAME],
    ['nslookup', CLUSTER_NAME, server],
    ['host', CLUSTER_NAME, server],
  ];
  const argv = ways.find(([tool = '']) => hasTool(input, tool));
  return argv !== undefined && checkArgv(argv).verdict === 'accept' ? [runs(...argv)] : [];
}

/** What a name server said. */
export interface NameServerAnswer {
  /** False when nobody answered; an answer that the name is unknown is one. */
  hasAnswered: boolean;
  quotes: Quote[];
}

const SILENT =
  /timed out|no servers could be reached|connection refused|unreachable|no response|communications error/iu;
const ANSWERED = /->>HEADER<<-|\bstatus: [A-Z]+|has address|Address:\s*\S+\s*$|Name:|NXDOMAIN|SERVFAIL/mu;

/** Reads what {@link asksNameServer} brought for one server; `undefined` when it was not asked or the tool did not run. */
export function readNameServer(step: DiagnosisStep, server: string): NameServerAnswer | undefined {
  const result = step.results.find(
    ({ source, text, stderr = '' }) =>
      /^(?:dig|nslookup|host) /u.test(source) &&
      source.split(' ').some((word) => word === server || word === `@${server}`) &&
      `${text}${stderr}` !== '',
  );
  if (result === undefined) return undefined;
  const said = `${result.text}\n${result.stderr ?? ''}`;
  const lines = { ...result, text: said };
  // A tool prints its own errors first, so silence is looked for before answers.
  if (SILENT.test(said)) return { hasAnswered: false, quotes: quoteLine(lines, SILENT) };
  return ANSWERED.test(said) ? { hasAnswered: true, quotes: quoteLine(lines, ANSWERED) } : undefined;
}
