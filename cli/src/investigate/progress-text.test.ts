import type { RunEvent } from '@nannyapi/api';
import { describe, expect, it } from 'vitest';
import { progressText } from './progress-text.ts';

const plain = (text: string): string => text;
const PAINT = { title: plain, good: plain, bad: plain, dim: plain };
const action = { step: 1, actionID: 'a1', evidenceID: 's1-a1', source: 'df -h' };

describe('progressText', () => {
  const cases: [string, RunEvent, string][] = [
    [
      'tells the hypothesis of a step and what was refused',
      {
        type: 'step',
        id: 's1',
        data: {
          step: 1,
          task: 't-1',
          type: 'Diagnose',
          hypothesis: 'The disk is full.',
          actions: [{ id: 'a1', run: { argv: ['df'] } }],
          refused: [{ action: 'rm -rf /', rule: 'command.unknown' }],
        },
      },
      '   2.0 s  step 1    The disk is full.\n   2.0 s    refused rm -rf / (command.unknown)\n',
    ],
    ['shows a command as it starts', { type: 'action-started', id: 'x', data: action }, '   2.0 s    run     df -h\n'],
    ['is silent when it ends well', { type: 'action-ended', id: 'x', data: { ...action, outcome: 'Succeeded' } }, ''],
    [
      'says how it ended otherwise',
      { type: 'action-ended', id: 'x', data: { ...action, outcome: 'TimedOut', message: 'after 10 s' } },
      '   2.0 s    TimedOut  df -h: after 10 s\n',
    ],
    [
      'tells a finding',
      {
        type: 'finding',
        id: 'f',
        data: { mechanism: 'FilesystemFull', component: '/srv', statement: '/srv is full.', evidence: [] },
      },
      '   2.0 s  finding   FilesystemFull: /srv is full.\n',
    ],
  ];

  it.each(cases)('%s', (_, event, text) => {
    expect(progressText(event, 2, PAINT)).toBe(text);
  });
});
