import { readdirSync, readFileSync } from 'node:fs';
import { checkArgv } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { findUngroundedClaims } from '../../../../evidence/grounding.ts';
import type { CaseFile, DiagnosisStep } from '../../../diagnostician.ts';
import { nextMove } from '../../playbook.ts';

/**
 * What the API server and the logs of a real two-node cluster told of a real fault. The facts of the host are left out, so
 * that these verdicts stand on the cluster's alone.
 */
interface CapturedPod {
  prompt: string;
  truth: { verdict: string; mechanism: string; component: string };
  steps: { index: number; hypothesis: string; results: { evidenceID: string; source: string; text: string[] }[] }[];
}

const FOLDER = `${import.meta.dirname}/testdata`;
const PODS = readdirSync(FOLDER).map((file): [string, CapturedPod] => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as CapturedPod,
]);
const FAULTY = PODS.filter(([, { truth }]) => truth.mechanism !== 'None');

function toSteps(pod: CapturedPod): DiagnosisStep[] {
  return pod.steps.map((step) => ({
    ...step,
    refused: [],
    results: step.results.map((result) => {
      const text = result.text.join('\n');
      return { ...result, text, outcome: 'Succeeded', totalBytes: text.length, omittedBytes: 0, truncated: false };
    }),
  }));
}

function toCase({ prompt }: CapturedPod, steps: DiagnosisStep[]): CaseFile {
  return {
    investigation: {
      namespace: 'demo',
      name: 'inv',
      uid: 'u',
      episodeID: 'e',
      prompt,
      priority: 'Medium',
      context: {},
      ebpf: 'Allowed',
    },
    agent: { name: 'node1', facts: {}, capabilities: {} },
    nextStep: steps.length,
    steps,
    budget: { stepsLeft: 10, secondsLeft: 600, bytesLeft: 1_000_000 },
    mustConclude: false,
  };
}

describe.each(FAULTY)('the captured pod %s', (_, pod) => {
  const steps = toSteps(pod);

  it('gets the true verdict, and every quotation stands', () => {
    const move = nextMove(toCase(pod, steps));
    expect(move).toMatchObject({ verdict: pod.truth.verdict, rootCause: { mechanism: pod.truth.mechanism } });
    if (move.kind !== 'resolve') throw new Error('no verdict');
    expect(move.rootCause?.component).toMatch(new RegExp(pod.truth.component, 'u'));
    const texts = new Map(steps.flatMap(({ results }) => results.map(({ evidenceID, text }) => [evidenceID, [text]])));
    expect(findUngroundedClaims(move, texts)).toEqual([]);
  });

  it('is looked at again before anything is said, with what the policy accepts', () => {
    const move = nextMove(toCase(pod, steps.slice(0, 1)));
    const actions = move.kind === 'diagnose' ? move.actions : [];
    expect(actions.length).toBeGreaterThan(0);
    const verdicts = actions.map((action) => (action.tool === 'run' ? checkArgv(action.argv).verdict : 'accept'));
    expect(new Set(verdicts)).toEqual(new Set(['accept']));
  });
});

describe('the captured healthy pod', () => {
  it('is not called healthy while nothing of its node could be read', () => {
    const [, pod] = PODS.find(([name]) => name === 'healthy') ?? [];
    if (pod === undefined) throw new Error('no such run');
    expect(nextMove(toCase(pod, toSteps(pod)))).toMatchObject({ verdict: 'Inconclusive' });
  });
});
