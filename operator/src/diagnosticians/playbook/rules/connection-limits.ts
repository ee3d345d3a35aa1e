import { clip, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter } from '../readings/counter-reading.ts';

const CONNTRACK_COUNT = '/proc/sys/net/netfilter/nf_conntrack_count';
const TOPICS = /connect|network|refus|timeout|time out|drop|accept|listen|request|socket|port|syn\b|latency|packet/u;

/** Finds full tables of the network: connection tracking, and queues of listeners that overflow. */
export const findConnectionLimits: Rule = (input) => [...conntrackFull(input), ...listenOverflow(input)];

function conntrackFull(input: RuleInput): Candidate[] {
  const table = input.facts.first('network', 'conntrack');
  if (table === undefined || table.number('use') < 97) return [];
  return [
    networkCandidate(input, {
      mechanism: 'ConntrackTableFull',
      component: 'connection tracking table (nf_conntrack)',
      statement: `The connection tracking table holds ${table.text('count')} of ${table.text('max')} entries: new connections are dropped.`,
      fact: table,
      file: CONNTRACK_COUNT,
      plan: '1. See what fills it: `conntrack -S`, `conntrack -L | head`.\n2. Raise `net.netfilter.nf_conntrack_max`, or shorten its timeouts.',
    }),
  ];
}

function listenOverflow(input: RuleInput): Candidate[] {
  const tcp = input.facts.first('network', 'tcp');
  if (tcp === undefined || tcp.number('sample_listen_overflows') < 3) return [];
  return [
    networkCandidate(input, {
      mechanism: 'ListenQueueOverflow',
      component: 'accept queue of a listening TCP socket',
      statement: `A listener does not accept fast enough: its queue overflowed ${tcp.text('sample_listen_overflows')} times in the sample (${tcp.text('listen_overflows')} since boot), and those connections were dropped.`,
      fact: tcp,
      file: '/proc/net/netstat',
      plan: '1. See whose queue is full: `ss -ltn` (Recv-Q at Send-Q).\n2. Find out why that process does not accept (stopped, blocked, out of threads); a longer backlog only hides it.',
    }),
  ];
}

interface NetworkFault {
  mechanism: string;
  component: string;
  statement: string;
  fact: ContextFact<'conntrack'> | ContextFact<'tcp'>;
  file: string;
  plan: string;
}

function networkCandidate(input: RuleInput, fault: NetworkFault): Candidate {
  return {
    finding: {
      mechanism: fault.mechanism,
      component: fault.component,
      statement: clip(fault.statement, 1024),
      evidence: [fault.fact.quote],
    },
    strength: 72,
    nature: 'Load',
    topics: TOPICS,
    needsSymptom: true,
    explains: [],
    confirmation: {
      hypothesis: `${fault.mechanism} lasts`,
      actions: [
        printFiles(fault.file),
        ...runsIfPresent(input, 'ss', '-ltn'),
        ...runsIfPresent(input, 'vmstat', '1', '3'),
      ],
      judge: (step) =>
        fault.mechanism === 'ListenQueueOverflow' ? judgeListeners(step) : judgeTable(step, fault.fact),
    },
    plan: fault.plan,
  };
}

/** A listener with more connections waiting than its backlog holds. */
function judgeListeners(step: DiagnosisStep): Judgement {
  for (const result of step.results.filter(({ source }) => source.startsWith('ss '))) {
    for (const line of result.text.split('\n')) {
      const [, waiting, backlog, local] = /^LISTEN\s+(\d+)\s+(\d+)\s+(\S+)/u.exec(line) ?? [];
      if (local === undefined || Number(waiting) < Math.max(1, Number(backlog))) continue;
      const quotes = [{ id: result.evidenceID, quote: line.trim() }];
      return { outcome: 'Confirmed', quotes, component: `accept queue of the listener on ${local}` };
    }
  }
  return { outcome: 'Gone', quotes: [], statement: 'no listener had a full queue some seconds later' };
}

function judgeTable(step: DiagnosisStep, fact: NetworkFault['fact']): Judgement {
  const count = readCounter(step, CONNTRACK_COUNT, '');
  const max = Number(/max=(\d+)/u.exec(fact.quote.quote)?.[1] ?? Number.NaN);
  if (count === undefined) return { outcome: 'Unclear', statement: 'the table could not be read again' };
  return count.last >= max * 0.95
    ? { outcome: 'Confirmed', quotes: count.quotes }
    : { outcome: 'Gone', quotes: count.quotes, statement: 'the table has room again' };
}
