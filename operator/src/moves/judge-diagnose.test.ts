import type { AgentTask, AgentTaskStatus } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { task } from '../../testing/run-fixture.ts';
import { sharedPolicy } from './action-policy.ts';
import { judgeDiagnose, type JudgeContext } from './judge-diagnose.ts';
import type { MoveAction } from './move.ts';
import { earlierActions } from './repeated-move.ts';

const run = (...argv: string[]): MoveAction => ({ tool: 'run', argv });
const trace = (program: string, durationSeconds = 5): MoveAction => ({ tool: 'trace', program, durationSeconds });
const HISTOGRAM = 'tracepoint:block:block_rq_issue { @ = hist(args->bytes); }';

function judge(actions: MoveAction[], more: Partial<JudgeContext> & { hypothesis?: string } = {}) {
  const { hypothesis = 'something new', ...context } = more;
  const move = { kind: 'diagnose', hypothesis, actions } as const;
  return judgeDiagnose(move, {
    policy: sharedPolicy,
    ebpf: 'Allowed',
    mustConclude: false,
    earlier: [],
    evidenceIDs: new Set(['s0-cpu']),
    ...context,
  });
}

const rules = (judged: ReturnType<typeof judge>) => judged.refused.map(({ rule }) => rule);

function earlier(...asked: [argv: string[], hypothesis: string, status?: AgentTaskStatus][]) {
  const steps = asked.map(([argv, hypothesis, status], index): { index: number; task: AgentTask } => ({
    index: index + 1,
    task: task(index + 1, status ?? { outcome: 'Succeeded' }, { hypothesis, actions: [{ id: 'a1', run: { argv } }] }),
  }));
  return { earlier: earlierActions(steps) };
}

describe('a move is split into what runs and what is refused', () => {
  it('numbers actions by their place and adds up their deadlines', () => {
    const judged = judge([
      run('rm', '-rf', '/'),
      run('df', '-h'),
      trace(HISTOGRAM),
      { tool: 'read', evidenceID: 's0-cpu' },
    ]);
    expect(judged.actions.map(({ id }) => id)).toEqual(['a2', 'a3', 'a4']);
    expect(judged.actions[2]).toEqual({ id: 'a4', read: { evidenceID: 's0-cpu' } });
    expect(judged.deadlineSeconds).toBeGreaterThan(5);
    expect(judged.refused).toEqual([
      { action: 'rm -rf /', rule: 'command-name', message: expect.stringContaining('command-name') as string },
    ]);
  });

  it.each<[string, MoveAction, Partial<JudgeContext>, string]>([
    ['a trace where the investigation forbids them', trace(HISTOGRAM), { ebpf: 'Forbidden' }, 'trace.forbidden'],
    ['a hostile trace', trace('BEGIN { system("id"); }'), {}, 'trace-function'],
    ['a secret', run('cat', '/etc/shadow'), {}, 'path-secret'],
    ['evidence that does not exist', { tool: 'read', evidenceID: 's7-a1' }, {}, 'read.unknown'],
    ['everything when a conclusion is due', run('df', '-h'), { mustConclude: true }, 'budget.spent'],
  ])('refuses %s', (_, action, context, rule) => {
    const judged = judge([action], context);
    expect(rules(judged)).toEqual([rule]);
    expect(judged.actions).toEqual([]);
  });
});

describe('a repeated measurement', () => {
  it.each<[string, MoveAction, Parameters<typeof earlier>, { hypothesis: string; rules: string[] }]>([
    [
      'is allowed for another hypothesis',
      run('df', '-h'),
      [[['df', '-h'], 'disk']],
      { hypothesis: 'memory', rules: [] },
    ],
    [
      'is refused for the same one',
      run('df', '-h'),
      [[['df', '-h'], 'The  disk']],
      { hypothesis: 'the disk', rules: ['move.repeated'] },
    ],
    [
      'is refused in another order',
      run('ss', '-t', '-n'),
      [[['ss', '-n', '-t'], 'net']],
      { hypothesis: 'net', rules: ['move.repeated'] },
    ],
    [
      'is refused the fourth time',
      run('df', '-h'),
      [
        [['df', '-h'], 'a'],
        [['df', '-h'], 'b'],
        [['df', '-h'], 'c'],
      ],
      { hypothesis: 'd', rules: ['move.repeated'] },
    ],
    [
      'is refused when the host lacks the tool',
      run('lsof', '-n'),
      [
        [
          ['lsof', '-n'],
          'a',
          { outcome: 'Succeeded', results: [{ actionID: 'a1', source: '', outcome: 'NotAvailable' }] },
        ],
      ],
      { hypothesis: 'b', rules: ['move.repeated'] },
    ],
    ['is none with other arguments', run('df', '-i'), [[['df', '-h'], 'disk']], { hypothesis: 'disk', rules: [] }],
  ])('%s', (_, action, asked, { hypothesis, rules: expected }) => {
    expect(rules(judge([action], { ...earlier(...asked), hypothesis }))).toEqual(expected);
  });

  it('is refused within one move', () => {
    const judged = judge([trace(HISTOGRAM, 5), trace(HISTOGRAM.replaceAll(' ', '  '), 10)]);
    expect(judged.actions.map(({ id }) => id)).toEqual(['a1']);
    expect(rules(judged)).toEqual(['move.repeated']);
  });

  it('says where the output is', () => {
    const judged = judge([run('df', '-h')], { ...earlier([['df', '-h'], 'disk']), hypothesis: 'disk' });
    expect(judged.refused[0]?.message).toContain('s1-a1');
  });
});
