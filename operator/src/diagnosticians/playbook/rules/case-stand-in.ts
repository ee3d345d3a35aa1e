import { factLine } from '@nannyapi/protocol';
import type { CaseFile } from '../../diagnostician.ts';
import { rankCandidates, toRuleInput } from '../candidates.ts';

/** A case whose context has the given lines; the rest of the machine is calm. */
export function findingsOf(prompt: string, items: Readonly<Record<string, string[]>>): string[] {
  return candidatesOf(prompt, items).map(({ finding }) => `${finding.mechanism}: ${finding.component}`);
}

/** The candidates of the same case, strongest first. */
export function candidatesOf(
  prompt: string,
  items: Readonly<Record<string, string[]>>,
): ReturnType<typeof rankCandidates> {
  const calm = {
    cpu: [
      factLine('cpu', { core: 'total', busy: '5%', idle: '95%' }),
      factLine('cpu', { core: '0', busy: '5%', idle: '95%' }),
      factLine('cpu', { core: '1', busy: '5%', idle: '95%' }),
    ],
  };
  const all: Record<string, string[]> = { ...calm, ...items };
  const input: CaseFile = {
    investigation: {
      namespace: 'default',
      name: 'inv',
      uid: 'u',
      episodeID: 'e',
      prompt,
      priority: 'Medium',
      context: {},
      ebpf: 'Allowed',
    },
    agent: { name: 'a', facts: {}, capabilities: {} },
    nextStep: 1,
    steps: [
      {
        index: 0,
        hypothesis: 'context',
        refused: [],
        results: Object.entries(all).map(([id, lines]) => ({
          evidenceID: `s0-${id}`,
          source: id,
          outcome: 'Succeeded',
          text: lines.join('\n'),
          totalBytes: 1,
          omittedBytes: 0,
          truncated: false,
        })),
      },
    ],
    budget: { stepsLeft: 5, secondsLeft: 100, bytesLeft: 1000 },
    mustConclude: false,
  };
  return rankCandidates(toRuleInput(input));
}
