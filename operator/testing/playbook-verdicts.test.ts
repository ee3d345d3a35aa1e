/** The playbook is held to the same rules as any model: its moves must parse, run and stand. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaseFile, DiagnosisStep } from '../src/diagnosticians/diagnostician.ts';
import { createPlaybook, playbookFindings } from '../src/diagnosticians/playbook/index.ts';
import { findUngroundedClaims } from '../src/evidence/grounding.ts';
import { sharedPolicy } from '../src/moves/action-policy.ts';
import { judgeDiagnose } from '../src/moves/judge-diagnose.ts';
import { parseMove } from '../src/moves/parse-move.ts';

interface CapturedRun {
  prompt: string;
  steps: { index: number; hypothesis: string; results: { evidenceID: string; source: string; text: string[] }[] }[];
}

const FOLDER = join(import.meta.dirname, '../src/diagnosticians/playbook/testdata');
const RUNS = readdirSync(FOLDER).map(
  (file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as CapturedRun] as const,
);

function caseFile({ prompt, steps }: CapturedRun, count: number): CaseFile {
  const shown = steps.slice(0, count).map((step): DiagnosisStep => ({
    ...step,
    refused: [],
    results: step.results.map((result) => {
      const text = result.text.join('\n');
      return { ...result, text, outcome: 'Succeeded', totalBytes: text.length, omittedBytes: 0, truncated: false };
    }),
  }));
  return {
    investigation: {
      namespace: 'd',
      name: 'i',
      uid: 'u',
      episodeID: 'e',
      prompt,
      priority: 'Medium',
      context: {},
      ebpf: 'Allowed',
    },
    agent: { name: 'host', facts: {}, capabilities: { bpftraceVersion: '0.17.0' } },
    nextStep: count,
    steps: shown,
    budget: { stepsLeft: 10, secondsLeft: 600, bytesLeft: 1_000_000 },
    mustConclude: false,
  };
}

async function moveAfter(run: CapturedRun, count: number) {
  const file = caseFile(run, count);
  const { move } = await createPlaybook().next(
    { ...file, findings: playbookFindings(file) },
    { signal: new AbortController().signal },
  );
  const parsed = parseMove(JSON.parse(JSON.stringify(move)));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return { move: parsed.move, file };
}

describe.each(RUNS)('the playbook on %s', (_, run) => {
  it('asks for nothing that the policy refuses', async () => {
    for (let count = 1; count < run.steps.length; count += 1) {
      const { move } = await moveAfter(run, count);
      if (move.kind !== 'diagnose') continue;
      const context = {
        policy: sharedPolicy,
        ebpf: 'Allowed',
        mustConclude: false,
        earlier: [],
        evidenceIDs: new Set<string>(),
      } as const;
      expect(judgeDiagnose(move, context).refused).toEqual([]);
    }
  });

  it('gives a verdict that stands', async () => {
    const { move, file } = await moveAfter(run, run.steps.length);
    if (move.kind !== 'resolve') throw new Error('no verdict');
    const texts = new Map(
      file.steps.flatMap(({ results }) => results.map(({ evidenceID, text }) => [evidenceID, [text]])),
    );
    expect(findUngroundedClaims(move, texts)).toEqual([]);
  });
});
