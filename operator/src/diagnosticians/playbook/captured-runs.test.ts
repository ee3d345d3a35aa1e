import { readdirSync, readFileSync } from 'node:fs';
import { checkArgv, checkTrace } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { findUngroundedClaims } from '../../evidence/grounding.ts';
import { fingerprintOf } from '../../moves/fingerprint.ts';
import type { Move, Quote, ResolveMove } from '../../moves/move.ts';
import type { CaseFile, DiagnosisStep } from '../diagnostician.ts';
import { nextMove, playbookFindings } from './playbook.ts';

/** A run on a real machine with a real fault: the context, and what the confirming commands brought. */
interface CapturedRun {
  prompt: string;
  truth: { component: string; mechanism: string };
  steps: { index: number; hypothesis: string; results: { evidenceID: string; source: string; text: string[] }[] }[];
}

const FOLDER = `${import.meta.dirname}/testdata`;
const RUNS = readdirSync(FOLDER).map((file): [string, CapturedRun] => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as CapturedRun,
]);

function toSteps(run: CapturedRun): DiagnosisStep[] {
  return run.steps.map((step) => ({
    ...step,
    refused: [],
    results: step.results.map((result) => {
      const text = result.text.join('\n');
      return { ...result, text, outcome: 'Succeeded', totalBytes: text.length, omittedBytes: 0, truncated: false };
    }),
  }));
}

function caseFile(run: CapturedRun, overrides: Partial<CaseFile> = {}): CaseFile {
  const steps = toSteps(run);
  return {
    investigation: {
      namespace: 'default',
      name: 'inv',
      uid: 'u',
      episodeID: 'e',
      prompt: run.prompt,
      priority: 'Medium',
      context: {},
      ebpf: 'Allowed',
    },
    agent: { name: 'host-1', facts: {}, capabilities: { bpftraceVersion: '0.17.0' } },
    nextStep: steps.length,
    steps,
    budget: { stepsLeft: 10, secondsLeft: 600, bytesLeft: 1_000_000 },
    mustConclude: false,
    ...overrides,
  };
}

function verdictOf(move: Move): ResolveMove {
  if (move.kind !== 'resolve') throw new Error(`no verdict: ${JSON.stringify(move)}`);
  return move;
}

function quotesOf(move: ResolveMove): Quote[] {
  return [...(move.evidence ?? []), ...(move.ruledOut ?? []).flatMap((rival) => rival.evidence ?? [])];
}

describe.each(RUNS)('the captured run %s', (_, run) => {
  const first = caseFile(run, { steps: toSteps(run).slice(0, 1), nextStep: 1 });

  it('ends with the true verdict', () => {
    const { verdict, rootCause } = verdictOf(nextMove(caseFile(run)));
    const isHealthy = run.truth.mechanism === 'None';
    expect(verdict).toBe(isHealthy ? 'NoFaultFound' : 'RootCauseFound');
    expect(rootCause?.mechanism).toBe(isHealthy ? undefined : run.truth.mechanism);
    expect(rootCause?.component ?? '').toMatch(new RegExp(run.truth.component, 'u'));
  });

  it('cites nothing that does not stand in the evidence', () => {
    const texts = new Map(
      toSteps(run).flatMap((step) => step.results.map((result) => [result.evidenceID, result.text])),
    );
    const quotes = quotesOf(verdictOf(nextMove(caseFile(run))));
    expect(quotes.length).toBeGreaterThan(3);
    for (const { id, quote } of quotes) expect(texts.get(id)).toContain(quote);
    const sources = new Map([...texts].map(([id, text]) => [id, [text]]));
    expect(findUngroundedClaims(verdictOf(nextMove(caseFile(run))), sources)).toEqual([]);
  });

  it('rules out the main rivals and gives a plan', () => {
    const move = verdictOf(nextMove(caseFile(run)));
    expect(move.ruledOut?.length).toBeGreaterThanOrEqual(3);
    expect(move.plan).toMatch(/\w{4}/u);
  });

  it('looks a second time before it says anything, with what the policy accepts', () => {
    const move = nextMove(first);
    expect(move.kind).toBe('diagnose');
    const actions = move.kind === 'diagnose' ? move.actions : [];
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.length).toBeLessThanOrEqual(8);
    const verdicts = actions.map((action) => {
      if (action.tool === 'read') return undefined;
      return action.tool === 'run' ? checkArgv(action.argv) : checkTrace(action.program);
    });
    for (const verdict of verdicts) expect(verdict).toMatchObject({ verdict: 'accept' });
    expect(new Set(actions.map(fingerprintOf)).size).toBe(actions.length);
  });

  it('asks only for tools that the host has, and for traces only where they may run', () => {
    const tools = ['cat', 'df', 'grep'];
    const poor = { ...first, agent: { name: 'host-1', facts: {}, capabilities: { tools } } };
    const move = nextMove(poor);
    const actions = move.kind === 'diagnose' ? move.actions : [];
    const asked = actions.map((action) => (action.tool === 'run' ? action.argv[0] : action.tool));
    expect(asked.length).toBeGreaterThan(0);
    expect(tools).toEqual(expect.arrayContaining(asked));
  });

  it('gives a verdict and no further move when it must conclude', () => {
    expect(nextMove({ ...first, mustConclude: true }).kind).toBe('resolve');
  });

  it('reads the context from whichever step brought it', () => {
    // The first collection was lost with its agent, so that each step stands one place later.
    const lost: DiagnosisStep = { index: 0, hypothesis: 'context', results: [], refused: [], note: 'Unknown' };
    const steps = [
      lost,
      ...toSteps(run).map((step) => ({
        ...step,
        index: step.index + 1,
        results: step.results.map((result) => ({
          ...result,
          evidenceID: result.evidenceID.replace(`s${step.index}-`, `s${step.index + 1}-`),
        })),
      })),
    ];
    const late = verdictOf(nextMove(caseFile(run, { steps })));
    const usual = verdictOf(nextMove(caseFile(run)));
    expect(late.rootCause).toEqual(usual.rootCause);
    const shifted = quotesOf(usual).map(({ id, quote }) => ({
      id: id.replace(/^s(\d+)/u, (_, step: string) => `s${Number(step) + 1}`),
      quote,
    }));
    expect(quotesOf(late)).toEqual(shifted);
  });

  it('says the same when asked twice', () => {
    expect(nextMove(caseFile(run))).toEqual(nextMove(caseFile(run)));
    expect(playbookFindings(first)).toEqual(playbookFindings(caseFile(run)));
  });
});

describe('a fault that does not last', () => {
  const load = ['cpu-saturation', 'cpu-throttling', 'disk-saturation', 'memory-pressure', 'fsync-storm'];
  const idle = RUNS.find(([name]) => name === 'healthy-idle')?.[1];

  it.each(RUNS.filter(([name]) => load.includes(name)))('is no root cause: %s', (_, run) => {
    const steps = toSteps(run).map((step) =>
      step.index === 0
        ? step
        : { ...step, results: step.results.map((result) => ({ ...result, text: calmed(result) })) },
    );
    const move = nextMove(caseFile(run, { steps }));
    // The next candidate may still be open; what matters is that the one that went away is not blamed.
    expect(move.kind === 'resolve' ? move.verdict : move.hypothesis).not.toBe('RootCauseFound');
    expect(move.kind === 'diagnose' ? move.hypothesis : '').not.toBe(run.steps[1]?.hypothesis);
  });

  /** The same commands on a quiet machine: counters that stand still, no pressure, an idle processor. */
  function calmed(result: { source: string; text: string; evidenceID: string }): string {
    if (result.source.includes('/proc/pressure/')) return 'some avg10=0.00 avg60=3.00 avg300=1.00 total=1\n';
    if (result.source.startsWith('top ')) {
      return idle === undefined
        ? ''
        : '\ntop - x\n%Cpu(s):  1.0 us,  0.5 sy,  0.0 ni, 98.5 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n';
    }
    if (result.source.includes('/proc/diskstats')) {
      const uptime = result.evidenceID.endsWith('a1') ? '100.00 10.00' : '112.00 20.00';
      return `${uptime}\n 254       0 vda 1 0 8 1 1 0 8 1 0 500 2 0 0 0 0 0 0\n`;
    }
    if (result.source.includes('cpu.stat')) return result.text.replaceAll(/nr_throttled \d+/gu, 'nr_throttled 9');
    if (result.source.includes('memory.failcnt')) return result.text.replaceAll(/failcnt:\d+/gu, 'failcnt:7');
    return result.source.startsWith('bpftrace') ? '' : result.text;
  }

  it('is told with when it stopped, if it was a state that the symptom spoke of', () => {
    const [, run] = RUNS.find(([name]) => name === 'file-system-full') ?? [];
    expect(run).toBeDefined();
    const steps = toSteps(run as CapturedRun).map((step) => ({
      ...step,
      results: step.results.map((result) =>
        step.index === 0 ? result : { ...result, text: result.text.replaceAll(/ \d+% /gu, ' 7% ') },
      ),
    }));
    expect(nextMove(caseFile(run as CapturedRun, { steps }))).toMatchObject({
      verdict: 'RootCauseFound',
      confidence: 'Low',
      rootCause: { statement: expect.stringContaining('had stopped when it was looked at again') as string },
    });
  });
});

describe('a verdict that was refused for want of proof', () => {
  const [, run] = RUNS.find(([name]) => name === 'cpu-saturation') ?? [];
  const usual = verdictOf(nextMove(caseFile(run as CapturedRun)));
  const refusal = (message: string): DiagnosisStep => ({
    index: 2,
    hypothesis: '',
    results: [],
    refused: [
      {
        action: `resolve RootCauseFound: ${usual.rootCause?.mechanism ?? ''} of ${usual.rootCause?.component ?? ''}`,
        rule: 'verdict.grounding',
        message,
      },
    ],
  });

  it('comes again without the quotation that was named', () => {
    const bad = usual.evidence?.[1]?.quote ?? '';
    const shown = JSON.stringify(bad.slice(0, 160));
    const steps = [...toSteps(run as CapturedRun), refusal(`evidence[1]: ${shown} does not stand in s0-processes`)];
    const again = verdictOf(nextMove(caseFile(run as CapturedRun, { steps })));
    expect(again.rootCause).toEqual(usual.rootCause);
    expect(again.evidence?.map(({ quote }) => quote)).not.toContain(bad);
  });

  it('makes room for another when nothing can be dropped', () => {
    const steps = [...toSteps(run as CapturedRun), refusal('rootCause.component: no quotation names it')];
    const next = nextMove(caseFile(run as CapturedRun, { steps }));
    expect(next.kind === 'resolve' ? next.rootCause : undefined).not.toEqual(usual.rootCause);
    expect(nextMove(caseFile(run as CapturedRun, { steps, mustConclude: true })).kind).toBe('resolve');
  });
});

describe('a machine of which nothing could be read', () => {
  it('gives an inconclusive verdict, not a healthy one', () => {
    const [, run] = RUNS[0] ?? [];
    const steps = [{ index: 0, hypothesis: 'context', refused: [], results: [] }];
    expect(nextMove(caseFile(run as CapturedRun, { steps }))).toMatchObject({ verdict: 'Inconclusive' });
  });
});
