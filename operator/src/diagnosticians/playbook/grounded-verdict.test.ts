import { describe, expect, it } from 'vitest';
import type { ResolveMove } from '../../moves/move.ts';
import type { DiagnosisStep } from '../diagnostician.ts';
import { groundedVerdict } from './grounded-verdict.ts';

const TEXT = 'Filesystem 1B-blocks\n/dev/sdb1  100 100 0 100% /srv\n';

const looked: DiagnosisStep = {
  index: 1,
  hypothesis: 'FilesystemFull at /srv lasts',
  refused: [],
  results: [
    {
      evidenceID: 's1-a1',
      source: 'df -B1 /srv',
      outcome: 'Succeeded',
      text: TEXT,
      totalBytes: TEXT.length,
      omittedBytes: 0,
      truncated: false,
    },
  ],
};

const verdict: ResolveMove = {
  kind: 'resolve',
  verdict: 'RootCauseFound',
  rootCause: { mechanism: 'FilesystemFull', component: 'file system /srv', statement: 'It is full.' },
  evidence: [
    { id: 's1-a1', quote: '/dev/sdb1 100 100 0 100% /srv' },
    { id: 's1-a1', quote: 'Filesystem 1B-blocks' },
  ],
};

function refused(index: number, message: string): DiagnosisStep {
  return {
    index,
    hypothesis: 'It is full.',
    results: [],
    refused: [
      {
        action: 'resolve RootCauseFound: FilesystemFull of file system /srv',
        rule: 'verdict.grounding',
        message: `verdict.grounding: ${message}`,
      },
    ],
  };
}

describe('a verdict of the playbook', () => {
  it('is given as it is when all of it stands in the evidence', () => {
    expect(groundedVerdict(verdict, [looked])?.evidence).toEqual(verdict.evidence);
  });

  it('leaves out what does not stand in the evidence', () => {
    const wrong = { ...verdict, evidence: [...(verdict.evidence ?? []), { id: 's1-a2', quote: 'what nobody said' }] };
    expect(groundedVerdict(wrong, [looked])?.evidence).toEqual(verdict.evidence);
  });

  it('leaves out the quotation for which it was refused', () => {
    const steps = [looked, refused(2, 'evidence[1]: "Filesystem 1B-blocks" does not stand in s1-a1; quote it')];
    expect(groundedVerdict(verdict, steps)?.evidence).toEqual(verdict.evidence?.slice(0, 1));
  });

  it('is given up when it was refused and would be the same again', () => {
    const steps = [looked, refused(2, 'rootCause.component: no quotation in evidence names "file system /srv"')];
    expect(groundedVerdict(verdict, steps)).toBeUndefined();
  });

  it('is given up after two refusals', () => {
    const steps = [
      looked,
      refused(2, 'evidence[1]: "Filesystem 1B-blocks" does not stand in s1-a1'),
      refused(3, 'evidence[0]: "x" does not stand in s1-a1'),
    ];
    expect(groundedVerdict(verdict, steps)).toBeUndefined();
  });

  it('is given up when nothing is left to prove it', () => {
    expect(groundedVerdict(verdict, [])).toBeUndefined();
    const inconclusive: ResolveMove = { kind: 'resolve', verdict: 'Inconclusive', evidence: [] };
    expect(groundedVerdict(inconclusive, [])).toMatchObject({ verdict: 'Inconclusive' });
  });
});
