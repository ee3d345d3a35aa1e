import type { InvestigationStatusResolution } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { citedIDs, findUngroundedClaims } from './grounding.ts';

const TOP = '  PID USER      %CPU COMMAND\n 4242 www       99.8 burner\n    1 root       0.0 systemd\n';
const TEXTS = new Map([
  ['s1-a1', [TOP, '']],
  ['s1-a2', ['', 'df: /mnt/dead: Stale file handle\n']],
  ['s0-cpu', ['cpu core=total busy=99.1% idle=0.9%\n']],
  ['s1-a3', ['pids\n10\n']],
  ['s0-pod', ['pod namespace=shop name=web-1 uid=5\n']],
]);

function verdict(parts: Partial<InvestigationStatusResolution>): InvestigationStatusResolution {
  return {
    verdict: 'RootCauseFound',
    rootCause: {
      component: 'process burner (pid 4242)',
      mechanism: 'CPUSaturation',
      statement: 'burner uses 99.8 % of a core, 3.2 h so far',
    },
    evidence: [{ id: 's1-a1', quote: '4242 www       99.8 burner' }],
    ruledOut: [],
    plan: 'Stop it.',
    confidence: 'High',
    ...parts,
  };
}

const quoting = (id: string, quote: string) => verdict({ evidence: [{ id, quote }] });
const faults = (resolution: InvestigationStatusResolution) =>
  findUngroundedClaims(resolution, TEXTS).map(({ field, message }) => `${field}: ${message}`);

describe('a verdict stands', () => {
  it.each([
    ['with a line quoted word for word', verdict({})],
    ['with other white space', quoting('s1-a1', '4242 www 99.8 burner')],
    ['with a quotation over a line end', quoting('s1-a1', '99.8 burner 1 root')],
    [
      'with numbers that are a whole line',
      verdict({
        evidence: [
          { id: 's1-a3', quote: '10' },
          { id: 's1-a1', quote: '99.8 burner' },
        ],
      }),
    ],
    [
      'with a quotation from standard error',
      verdict({
        rootCause: { component: '/mnt/dead (nfs)', mechanism: 'StaleMount', statement: 'gone' },
        evidence: [{ id: 's1-a2', quote: '/mnt/dead: Stale file handle' }],
      }),
    ],
    [
      'with an object of the cluster whose namespace and name stand in one line',
      verdict({
        rootCause: { component: 'pod shop/web-1', mechanism: 'PodEvicted', statement: 'gone' },
        evidence: [{ id: 's0-pod', quote: 'pod namespace=shop name=web-1 uid=5' }],
      }),
    ],
    [
      'with one quotation that names the component among others',
      verdict({
        evidence: [
          { id: 's0-cpu', quote: 'busy=99.1% idle=0.9%' },
          { id: 's1-a1', quote: '99.8 burner' },
        ],
      }),
    ],
    [
      'without a fault, on a healthy line',
      {
        verdict: 'NoFaultFound',
        evidence: [{ id: 's0-cpu', quote: 'idle=0.9%' }],
        ruledOut: [],
        plan: 'None.',
        confidence: 'High',
      } satisfies InvestigationStatusResolution,
    ],
    [
      'Inconclusive, with nothing',
      {
        verdict: 'Inconclusive',
        evidence: [],
        ruledOut: [],
        plan: 'Ask again.',
        confidence: 'Low',
      } satisfies InvestigationStatusResolution,
    ],
  ])('%s', (_, resolution) => expect(faults(resolution)).toEqual([]));
});

describe('a verdict is refused', () => {
  it.each<[string, InvestigationStatusResolution, string]>([
    [
      'for a quotation that does not stand',
      quoting('s1-a1', '4242 www 98.8 burner'),
      'evidence[0]: "4242 www 98.8 burner" does not stand in s1-a1; quote it word for word, or read s1-a1 again',
    ],
    [
      'for a quotation from other evidence',
      quoting('s0-cpu', '99.8 burner'),
      'evidence[0]: "99.8 burner" does not stand in s0-cpu; quote it word for word, or read s0-cpu again',
    ],
    [
      'for a quotation in other case',
      quoting('s1-a1', '99.8 BURNER'),
      'evidence[0]: "99.8 BURNER" does not stand in s1-a1; quote it word for word, or read s1-a1 again',
    ],
    [
      'for evidence that does not exist',
      quoting('s9-a1', '99.8 burner'),
      'evidence[0]: there is no evidence s9-a1 in this run',
    ],
    [
      'for a few letters',
      quoting('s1-a1', 'burner'),
      'evidence[0]: "burner" is too short to prove anything; quote the whole line',
    ],
    [
      'for letters padded with spaces',
      quoting('s1-a1', '  burner     '),
      'evidence[0]: "burner" is too short to prove anything; quote the whole line',
    ],
    [
      'for bare numbers',
      verdict({ evidence: [{ id: 's1-a1', quote: '0.0 99.8 4242' }] }),
      'evidence[0]: "0.0 99.8 4242" holds nothing but numbers; quote the whole line',
    ],
    [
      'without any quotation',
      verdict({ evidence: [] }),
      'evidence: verdict RootCauseFound needs at least one quotation that proves it',
    ],
    [
      'when no quotation names the component',
      quoting('s0-cpu', 'cpu core=total busy=99.1%'),
      'rootCause.component: no quotation in evidence names "process burner (pid 4242)"; quote a line in which it stands',
    ],
    [
      'when the component is only a part of a word in the quotation',
      verdict({
        rootCause: { component: 'process burn', mechanism: 'CPUSaturation', statement: 'It spins.' },
        evidence: [{ id: 's1-a1', quote: '4242 www       99.8 burner' }],
      }),
      'rootCause.component: no quotation in evidence names "process burn"; quote a line in which it stands',
    ],
    [
      'for a rival cause that was ruled out with an invention',
      verdict({
        ruledOut: [
          { mechanism: 'MemoryPressure', statement: 'no', evidence: [{ id: 's0-cpu', quote: 'memory is fine' }] },
        ],
      }),
      'ruledOut[0].evidence[0]: "memory is fine" does not stand in s0-cpu; quote it word for word, or read s0-cpu again',
    ],
  ])('%s', (_, resolution, fault) => expect(faults(resolution)).toEqual([fault]));

  it('for the word process alone, which every process line holds', () => {
    const texts = new Map([['s0-processes', ['process pid=1 comm=systemd cpu=0%\n']]]);
    const resolution = quoting('s0-processes', 'process pid=1 comm=systemd');
    expect(findUngroundedClaims(resolution, texts).map(({ field }) => field)).toEqual(['rootCause.component']);
  });
});

it('cites each evidence once', () => {
  const quote = { id: 's1-a1', quote: '99.8 burner' };
  const rival = { mechanism: 'X', statement: 'no', evidence: [{ id: 's0-cpu', quote: 'busy=99.1%' }] };
  expect(citedIDs(verdict({ evidence: [quote, quote], ruledOut: [rival] }))).toEqual(['s1-a1', 's0-cpu']);
});
