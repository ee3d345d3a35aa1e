import type { AgentTaskStatus, InvestigationStatus } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { TEST_LIMITS } from '../../../testing/operator-under-test.ts';
import {
  after,
  agentWith,
  EPISODE,
  investigationWith,
  refusedTask,
  runOf,
  START,
  task,
} from '../../../testing/run-fixture.ts';
import { podMissing } from '../../targets/hindrances.ts';
import { targetStatusOf, type Target } from '../../targets/target.ts';
import { planNext, type Plan } from './plan.ts';
import type { Run } from './run.ts';

/** A plan in the few words that a table compares. */
function words(plan: Plan): string {
  switch (plan.kind) {
    case 'Wait':
      return plan.seconds === undefined ? 'Wait' : `Wait ${plan.seconds}`;
    case 'Finish':
      return `Finish ${plan.ending.reason}${plan.cancel.map(({ index }) => ` cancel ${index}`).join('')}`;
    case 'CancelTasks':
      return `CancelTasks ${plan.steps.map(({ index }) => index).join(' ')}`;
    case 'Consult':
      return `Consult ${plan.budget.nextStep}${plan.budget.mustConcludeBecause === undefined ? '' : ' to conclude'}`;
    case 'Collect':
    case 'Delete':
      return plan.kind;
  }
  return 'unknown';
}

const plan = (run: Run, seconds: number) => words(planNext(run, TEST_LIMITS, after(seconds)));
const claimed = (afterSeconds: number) => ({ claim: { journalID: EPISODE, time: after(afterSeconds).toISOString() } });
const finished = (reason: string, more: InvestigationStatus = {}): InvestigationStatus => ({
  conditions: [{ type: 'Succeeded', status: 'True', reason, message: '', lastTransitionTime: START.toISOString() }],
  completionTime: START.toISOString(),
  ...more,
});
const missing = (type: string): InvestigationStatus => ({
  conditions: [
    {
      type,
      status: 'False',
      reason: 'TargetNotFound',
      message: 'no such agent',
      lastTransitionTime: START.toISOString(),
    },
  ],
});
const PARTIAL: AgentTaskStatus = {
  outcome: 'Unknown',
  results: [{ actionID: 'cpu', source: 'processors', outcome: 'Succeeded' }],
};
const lost = (index: number) => task(index, { outcome: 'Unknown' }, { type: 'CollectContext', collectContext: {} });
const POD: Target = {
  subject: 'pod/shop',
  agent: { namespace: 'nannyapi', name: 'node1' },
  nodeName: 'node1',
  podUID: 'uid-pod',
};
const MISSING_POD = podMissing({ namespace: 'default', name: 'shop' });
const aboutPod = (status: InvestigationStatus = {}) => {
  const investigation = investigationWith({ podRef: { name: 'shop' } }, status, {});
  delete investigation.spec.agentRef;
  return investigation;
};
const fresh = () => investigationWith({}, {}, {});
const open = task(0, {});
const done = task(0);

describe('a run whose context was lost', () => {
  it.each<[string, Run, number, string]>([
    ['collects it again as a new step', runOf({ tasks: [lost(0)] }), 20, 'Collect'],
    ['goes by what there is of it', runOf({ tasks: [{ ...lost(0), status: PARTIAL }] }), 20, 'Consult 1'],
    [
      'waits for its agent to come back',
      runOf({ tasks: [lost(0)], agent: agentWith({ suspend: true }) }),
      20,
      'Wait 745',
    ],
  ])('%s', (_, run, seconds, expected) => expect(plan(run, seconds)).toBe(expected));
});

describe('before its first step a run', () => {
  it.each<[string, Run, number, string]>([
    ['starts when its agent is ready', runOf({ investigation: fresh() }), 0, 'Collect'],
    [
      'starts again after a crash between mark and task',
      runOf({ investigation: investigationWith({}, {}) }),
      0,
      'Collect',
    ],
    ['waits for an agent that does not exist', runOf({ investigation: fresh(), agent: undefined }), 0, 'Wait 900'],
    [
      'waits for it no longer than its deadline',
      runOf({ investigation: investigationWith({}, missing('Accepted'), {}), agent: undefined }),
      900,
      'Finish DeadlineExceeded',
    ],
    [
      'waits for a silent agent',
      runOf({ investigation: investigationWith({}, missing('AgentReady'), {}), agent: agentWith({}, {}, -900) }),
      300,
      'Wait 600',
    ],
    [
      'waits for an agent that never connected',
      runOf({ investigation: fresh(), agent: { ...agentWith(), status: {} } }),
      0,
      'Wait 900',
    ],
    ['of a pod stores whom it asks before it asks', runOf({ investigation: aboutPod(), target: POD }), 0, 'Wait'],
    [
      'of a pod starts when it is stored whom it asks',
      runOf({ investigation: aboutPod({ target: targetStatusOf(POD) }), target: POD }),
      0,
      'Collect',
    ],
    [
      'of a pod that was made anew stores that first',
      runOf({ investigation: aboutPod({ target: targetStatusOf({ ...POD, podUID: 'other' }) }), target: POD }),
      0,
      'Wait',
    ],
    [
      'of a pod that is not there looks again soon',
      runOf({ investigation: aboutPod(), target: { subject: 'pod/shop', hindrance: MISSING_POD }, agent: undefined }),
      0,
      'Wait 3',
    ],
    [
      'of a pod that never came ends with its deadline',
      runOf({
        investigation: aboutPod(missing('Accepted')),
        target: { subject: 'pod/shop', hindrance: MISSING_POD },
        agent: undefined,
      }),
      900,
      'Finish DeadlineExceeded',
    ],
    ['waits for a paused host', runOf({ investigation: fresh(), agent: agentWith({ suspend: true }) }), 0, 'Wait 900'],
    [
      'waits while suspended, for good',
      runOf({ investigation: investigationWith({ suspend: true }, {}, {}) }),
      99_999,
      'Wait',
    ],
    [
      'ends when cancelled',
      runOf({ investigation: investigationWith({ cancel: true }, {}, {}) }),
      0,
      'Finish Cancelled',
    ],
    [
      'ends when it was restored',
      runOf({ investigation: investigationWith({}, {}, { 'nannyai.dev/run-uid': 'another' }) }),
      0,
      'Finish Restored',
    ],
    [
      'is restored first and suspended second',
      runOf({ investigation: investigationWith({ suspend: true }, {}, { 'nannyai.dev/run-uid': 'another' }) }),
      0,
      'Finish Restored',
    ],
  ])('%s', (_, run, seconds, expected) => expect(plan(run, seconds)).toBe(expected));
});

describe('while a step is open a run', () => {
  it.each<[string, Run, number, string]>([
    ['waits, looking after its agent', runOf({ tasks: [open] }), 5, 'Wait 90'],
    ['waits until the step is late', runOf({ tasks: [task(0, claimed(1))] }), 5, 'Wait 56'],
    ['cancels a step that is late', runOf({ tasks: [task(0, claimed(1))] }), 61, 'CancelTasks 0'],
    ['waits for the answer to its cancel', runOf({ tasks: [task(0, claimed(1), { cancel: true })] }), 62, 'Wait 29'],
    [
      'goes on when a hung host never answers',
      runOf({ tasks: [task(0, claimed(1), { cancel: true })] }),
      91,
      'Consult 1',
    ],
    [
      'cancels a step nobody took when it is time to conclude',
      runOf({ tasks: [done, task(1, {})], agent: agentWith({}, {}, 700) }),
      765,
      'CancelTasks 1',
    ],
    [
      'concludes without a step that nobody took',
      runOf({ tasks: [done, task(1, {}, { cancel: true })], agent: agentWith({}, {}, 700) }),
      766,
      'Consult 2 to conclude',
    ],
    [
      'is lost when its agent fell silent',
      runOf({ tasks: [open], agent: agentWith({}, {}, -690) }),
      121,
      'Finish AgentLost cancel 0',
    ],
    ['waits for a silent agent for a grace', runOf({ tasks: [open], agent: agentWith({}, {}, -690) }), 119, 'Wait 90'],
    [
      'is lost when its agent was cut off',
      runOf({ tasks: [open], agent: agentWith({ access: 'Revoked' }) }),
      5,
      'Finish AgentLost cancel 0',
    ],
    ['is lost when its agent was deleted', runOf({ tasks: [open], agent: undefined }), 5, 'Finish AgentLost cancel 0'],
    ['waits while its host is paused', runOf({ tasks: [open], agent: agentWith({ suspend: true }) }), 5, 'Wait 90'],
    [
      'cancels the step with itself',
      runOf({ investigation: investigationWith({ cancel: true }), tasks: [open] }),
      5,
      'Finish Cancelled cancel 0',
    ],
    [
      'does not cancel it twice',
      runOf({ investigation: investigationWith({ cancel: true }), tasks: [task(0, claimed(1), { cancel: true })] }),
      5,
      'Finish Cancelled',
    ],
    [
      'lets the step finish while suspended',
      runOf({ investigation: investigationWith({ suspend: true }), tasks: [open] }),
      5,
      'Wait',
    ],
    ['ends at its deadline', runOf({ tasks: [task(0, claimed(880))] }), 900, 'Finish DeadlineExceeded cancel 0'],
  ])('%s', (_, run, seconds, expected) => expect(plan(run, seconds)).toBe(expected));
});

describe('between two steps a run', () => {
  const twelve = [done, ...Array.from({ length: 12 }, (_, index) => task(index + 1))];
  const big = (bytes: number) =>
    task(1, {
      outcome: 'Succeeded',
      results: [{ actionID: 'a1', source: 'df', outcome: 'Succeeded', outputBytes: bytes }],
    });
  const refusals = (...rules: string[]) => [done, ...rules.map((rule, index) => refusedTask(index + 1, rule))];

  it.each<[string, Run, number, string]>([
    ['asks for the next move', runOf({ tasks: [done] }), 5, 'Consult 1'],
    ['asks whatever became of the step', runOf({ tasks: [done, task(1, { outcome: 'Unknown' })] }), 15, 'Consult 2'],
    ['asks when not even the context came', runOf({ tasks: [lost(0), lost(1), lost(2)] }), 5, 'Consult 3'],
    [
      'asks nobody before its episode is stored',
      runOf({ investigation: investigationWith({}, {}), tasks: [done] }),
      5,
      'Wait',
    ],
    [
      'asks nobody while suspended',
      runOf({ investigation: investigationWith({ suspend: true }), tasks: [done] }),
      5,
      'Wait',
    ],
    ['waits while its host is paused', runOf({ tasks: [done], agent: agentWith({ suspend: true }) }), 5, 'Wait 760'],
    [
      'concludes though its host is paused',
      runOf({ tasks: [done], agent: agentWith({ suspend: true }) }),
      765,
      'Consult 1 to conclude',
    ],
    ['asks though its agent is silent', runOf({ tasks: [done], agent: agentWith({}, {}, -900) }), 5, 'Consult 1'],
    ['must conclude when its steps are used', runOf({ tasks: twelve }), 200, 'Consult 13 to conclude'],
    ['must conclude when 85 % of its time is gone', runOf({ tasks: [done] }), 765, 'Consult 1 to conclude'],
    ['need not conclude a second before', runOf({ tasks: [done] }), 764, 'Consult 1'],
    [
      'must conclude when its room for output is used',
      runOf({ tasks: [done, big(4_194_304)] }),
      20,
      'Consult 2 to conclude',
    ],
    ['need not conclude a byte before', runOf({ tasks: [done, big(4_194_303)] }), 20, 'Consult 2'],
    [
      'must conclude after three moves of which nothing was accepted',
      runOf({ tasks: refusals('path-root', 'reply.schema', 'move.repeated') }),
      40,
      'Consult 4 to conclude',
    ],
    ['need not conclude after two', runOf({ tasks: refusals('path-root', 'reply.schema') }), 30, 'Consult 3'],
    [
      'forgives refusals when a move worked',
      runOf({ tasks: [...refusals('path-root', 'path-root', 'path-root'), task(4)] }),
      50,
      'Consult 5',
    ],
    [
      'gives up after two conclusions that did not stand',
      runOf({ tasks: [...refusals('path-root', 'path-root', 'path-root', 'verdict.grounding', 'verdict.grounding')] }),
      60,
      'Finish Inconclusive',
    ],
    [
      'blames the diagnostician whose replies nobody can read',
      runOf({ tasks: refusals(...Array.from({ length: 5 }, () => 'reply.schema')) }),
      60,
      'Finish DiagnosticianFailed',
    ],
    [
      'gives up two steps after the last',
      runOf({ tasks: [...twelve, refusedTask(13, 'verdict.grounding'), refusedTask(14, 'verdict.grounding')] }),
      200,
      'Finish Inconclusive',
    ],
    [
      'asks twice for a conclusion when time is short',
      runOf({ tasks: [done, refusedTask(1, 'verdict.grounding', 770)] }),
      775,
      'Consult 2 to conclude',
    ],
    [
      'and no more than twice',
      runOf({ tasks: [done, refusedTask(1, 'verdict.grounding', 770), refusedTask(2, 'verdict.grounding', 775)] }),
      780,
      'Finish Inconclusive',
    ],
    ['ends at its deadline', runOf({ tasks: [done] }), 900, 'Finish DeadlineExceeded'],
    [
      'ends when cancelled',
      runOf({ investigation: investigationWith({ cancel: true }), tasks: [done] }),
      5,
      'Finish Cancelled',
    ],
  ])('%s', (_, run, seconds, expected) => expect(plan(run, seconds)).toBe(expected));
});

describe('a finished run', () => {
  const over = (spec = {}) => investigationWith(spec, finished('RootCauseFound'));

  it.each<[string, Run, number, string]>([
    ['does nothing more', runOf({ investigation: over(), tasks: [done] }), 99_999, 'Wait'],
    ['is not cancelled any more', runOf({ investigation: over({ cancel: true }), tasks: [done] }), 5, 'Wait'],
    [
      'is not restored any more',
      runOf({ investigation: investigationWith({}, finished('RootCauseFound'), { 'nannyai.dev/run-uid': 'another' }) }),
      5,
      'Wait',
    ],
    ['cancels what a crash left open', runOf({ investigation: over(), tasks: [open] }), 5, 'CancelTasks 0'],
    [
      'waits until its time to live is over',
      runOf({ investigation: over({ ttlSecondsAfterFinished: 60 }), tasks: [done] }),
      10,
      'Wait 50',
    ],
    ['goes then', runOf({ investigation: over({ ttlSecondsAfterFinished: 60 }), tasks: [done] }), 60, 'Delete'],
  ])('%s', (_, run, seconds, expected) => expect(plan(run, seconds)).toBe(expected));
});

it('plans the same from the same objects, and leaves them alone', () => {
  const run = runOf({ tasks: [done, task(1, {})] });
  const before = structuredClone(run);
  expect(planNext(run, TEST_LIMITS, after(20))).toEqual(planNext(run, TEST_LIMITS, after(20)));
  expect(run).toEqual(before);
});

it('waits for an agent that could not speak because this operator was not there', () => {
  const run = runOf({ tasks: [open], agent: agentWith({}, {}, -5000) });
  expect(words(planNext(run, { ...TEST_LIMITS, listeningSince: after(100) }, after(200)))).toBe('Wait 90');
  expect(words(planNext(run, { ...TEST_LIMITS, listeningSince: after(100) }, after(221)))).toBe(
    'Finish AgentLost cancel 0',
  );
});

describe('a run whose tasks somebody deleted', () => {
  const told = {
    episodeID: EPISODE,
    startTime: START.toISOString(),
    steps: [0, 1].map((index) => ({ index, taskRef: { name: `slow-${index}` } })),
  };
  const investigation = investigationWith({}, told);

  it('goes on without them and gives no number twice', () => {
    expect(plan(runOf({ investigation, tasks: [done] }), 20)).toBe('Consult 2');
    expect(plan(runOf({ investigation, tasks: [] }), 20)).toBe('Consult 2');
  });

  it('still ends at its deadline', () => {
    expect(plan(runOf({ investigation, tasks: [] }), 900)).toBe('Finish DeadlineExceeded');
  });
});
