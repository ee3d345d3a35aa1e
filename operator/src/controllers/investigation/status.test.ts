import type {
  AgentTaskStatusResult,
  Investigation,
  InvestigationStatus,
  InvestigationStatusResolution,
} from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { TEST_LIMITS } from '../../../testing/operator-under-test.ts';
import {
  after,
  agentWith,
  EPISODE,
  investigationWith,
  refusedTask,
  runOf,
  task,
} from '../../../testing/run-fixture.ts';
import type { Run } from './run.ts';
import { podMissing } from '../../targets/hindrances.ts';
import { statusOf, type StatusFacts } from './status.ts';

const FACTS: StatusFacts = {
  limits: TEST_LIMITS,
  now: after(30),
  diagnostician: 'playbook',
  policyHash: `sha256:${'a'.repeat(64)}`,
  newEpisodeID: EPISODE,
};
const status = (run: Run, more: Partial<StatusFacts> = {}) => statusOf(run, { ...FACTS, ...more });
const fresh = (spec = {}) => investigationWith(spec, {}, {});
const summary = ({ phase, conditions = [] }: InvestigationStatus) =>
  [phase, ...conditions.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`)].join(', ');
const finding = { mechanism: 'CPUSaturation', component: 'burner', statement: 'busy', evidence: [] };

describe('the conditions and the phase', () => {
  const running = [task(0), task(1, {}, { hypothesis: 'the disk is full' })];
  const verdict: InvestigationStatusResolution = {
    verdict: 'NoFaultFound',
    evidence: [],
    ruledOut: [],
    plan: 'None.',
    confidence: 'High',
  };

  it.each<[string, Run, Partial<StatusFacts>, string]>([
    [
      'before it begins',
      runOf({ investigation: fresh() }),
      {},
      'Pending, Accepted=True Accepted, AgentReady=True Connected, Diagnosed=Unknown Pending, Succeeded=Unknown Pending',
    ],
    [
      'without its agent',
      runOf({ investigation: fresh(), agent: undefined }),
      {},
      'Pending, Accepted=False TargetNotFound, AgentReady=Unknown AgentNotFound, Diagnosed=Unknown Pending, Succeeded=Unknown Pending',
    ],
    [
      'of a pod that does not exist',
      runOf({
        investigation: fresh({ podRef: { name: 'shop' } }),
        target: { subject: 'pod/shop', hindrance: podMissing({ namespace: 'default', name: 'shop' }) },
        agent: undefined,
      }),
      {},
      'Pending, Accepted=False PodNotFound, AgentReady=Unknown AgentNotFound, Diagnosed=Unknown Pending, Succeeded=Unknown Pending',
    ],
    [
      'with a silent agent',
      runOf({ investigation: fresh(), agent: agentWith({}, {}, -900) }),
      {},
      'Pending, Accepted=True Accepted, AgentReady=False AgentSilent, Diagnosed=Unknown Pending, Succeeded=Unknown Pending',
    ],
    [
      'while it runs',
      runOf({ tasks: running }),
      {},
      'InProgress, Accepted=True Accepted, AgentReady=True Connected, Diagnosed=Unknown InProgress, Succeeded=Unknown InProgress',
    ],
    [
      'while suspended',
      runOf({ investigation: investigationWith({ suspend: true }), tasks: running }),
      {},
      'InProgress, Accepted=True Accepted, AgentReady=True Connected, Diagnosed=Unknown Suspended, Succeeded=Unknown Suspended',
    ],
    [
      'with a verdict',
      runOf({ tasks: running }),
      { ending: { reason: 'NoFaultFound', message: 'fine', resolution: verdict } },
      'Completed, Accepted=True Accepted, AgentReady=True Connected, Diagnosed=True NoFaultFound, Succeeded=True NoFaultFound',
    ],
    [
      'without one',
      runOf({ tasks: running }),
      { ending: { reason: 'Cancelled', message: 'stop' } },
      'Failed, Accepted=True Accepted, AgentReady=True Connected, Diagnosed=False Cancelled, Succeeded=False Cancelled',
    ],
  ])('%s', (_, run, more, expected) => expect(summary(status(run, more))).toBe(expected));

  it('say which step tests what', () => {
    const { conditions } = status(runOf({ tasks: running }));
    expect(conditions?.find(({ type }) => type === 'Succeeded')?.message).toBe('Step 1: the disk is full');
    const between = status(runOf({ tasks: [task(0)] }));
    expect(between.conditions?.at(-1)?.message).toBe('Step 0 ended; the diagnostician chooses the next move');
  });

  it('keep the time of a change that was none', () => {
    const first = status(runOf({ tasks: running }));
    const investigation: Investigation = { ...investigationWith(), status: first };
    const second = status(runOf({ investigation, tasks: running }), { now: after(60) });
    expect(second).toEqual(first);
  });
});

describe('the steps', () => {
  it('tell hypothesis, outcome, what was done and what was refused, and what it cost', () => {
    const results: AgentTaskStatusResult[] = [
      { actionID: 'a1', source: 'df -h', outcome: 'Succeeded', outputBytes: 100 },
      { actionID: 'a2', source: 'ss -s', outcome: 'Refused' },
      { actionID: 'a3', source: 'perf', outcome: 'NotAvailable' },
      { actionID: 'a4', source: 'df -i', outcome: 'Failed', exitCode: 1, preview: 'déjà' },
      { actionID: 'a5', source: 'read', outcome: 'Succeeded' },
    ];
    const actions = [{ id: 'a5', read: { evidenceID: 's0-cpu' } }];
    const refused = [{ action: 'rm', rule: 'command-name' }];
    const second = task(
      1,
      { outcome: 'Succeeded', completionTime: after(12).toISOString(), results },
      {
        actions,
        refused,
        hypothesis: 'full disk',
        inferenceID: 'i-1',
        inputTokens: 7,
        outputTokens: 3,
      },
    );
    const { steps, usage, startTime } = status(runOf({ tasks: [task(0), second] }));
    expect(steps).toEqual([
      { index: 0, taskRef: { name: 'slow-0123abcd-0' }, outcome: 'Succeeded', startTime: after(0).toISOString() },
      {
        index: 1,
        taskRef: { name: 'slow-0123abcd-1' },
        hypothesis: 'full disk',
        outcome: 'Succeeded',
        actionsDone: 2,
        actionsRefused: 2,
        inferenceID: 'i-1',
        inputTokens: 7,
        outputTokens: 3,
        startTime: after(10).toISOString(),
        completionTime: after(12).toISOString(),
      },
    ]);
    expect(usage).toEqual({ steps: 2, actions: 2, refusals: 2, inputTokens: 7, outputTokens: 3, outputBytes: 106 });
    expect(startTime).toBe(after(0).toISOString());
  });

  it('count no more output than a task was allowed to store', () => {
    const cut = task(
      1,
      {
        outcome: 'Succeeded',
        results: [{ actionID: 'a1', source: 'x', outcome: 'Succeeded', outputBytes: 50_000_000, truncated: true }],
      },
      { maxOutputBytes: 1_000_000 },
    );
    expect(status(runOf({ tasks: [task(0), cut] })).usage?.outputBytes).toBe(1_000_000);
  });

  it('keep one whose task somebody deleted', () => {
    const gone = { index: 1, taskRef: { name: 'slow-0123abcd-1' }, outcome: 'Succeeded' } as const;
    const investigation = investigationWith({}, { episodeID: EPISODE, steps: [gone] });
    const { steps } = status(runOf({ investigation, tasks: [task(0), task(2)] }));
    expect(steps?.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(steps?.[1]).toEqual(gone);
  });

  it('count a refused reply as a step with its tokens', () => {
    const { usage, steps } = status(runOf({ tasks: [task(0), refusedTask(1, 'reply.schema')] }));
    expect(steps?.[1]).toMatchObject({ actionsDone: 0, actionsRefused: 1 });
    expect(usage).toMatchObject({ steps: 2, refusals: 1, actions: 0 });
  });
});

describe('what only a pass knows', () => {
  it('is minted once: the episode that is stored stays', () => {
    const other = { newEpisodeID: EPISODE.replace('0195', '0196') };
    expect(status(runOf({ investigation: fresh() }), other).episodeID).toBe(other.newEpisodeID);
    expect(status(runOf({ tasks: [task(0)] }), other).episodeID).toBe(EPISODE);
  });

  it('keeps the findings of an earlier pass until there are new ones', () => {
    const investigation = investigationWith({}, { episodeID: EPISODE, findings: [finding] });
    expect(status(runOf({ investigation })).findings).toEqual([finding]);
    expect(status(runOf({ investigation }), { findings: [] }).findings).toEqual([]);
  });

  it('adds the tokens of the call that brought the verdict', () => {
    const ending = { reason: 'Cancelled', message: '', usage: { inputTokens: 5, outputTokens: 2 } } as const;
    expect(status(runOf({ tasks: [task(0)] }), { ending }).usage).toMatchObject({ inputTokens: 5, outputTokens: 2 });
  });
});

describe('a finished run', () => {
  it('keeps its verdict and its cost, and still takes late results of its steps', () => {
    const ended = status(runOf({ tasks: [task(0, {})] }), { ending: { reason: 'Cancelled', message: 'stop' } });
    const investigation = { ...investigationWith({ cancel: true }), status: ended };
    const late = status(runOf({ investigation, tasks: [task(0, { outcome: 'Cancelled' })], agent: undefined }), {
      now: after(90),
    });
    expect(late).toEqual({ ...ended, steps: [{ ...ended.steps?.[0], outcome: 'Cancelled' }] });
  });
});
