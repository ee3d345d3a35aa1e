import { expect, it } from 'vitest';
import { investigationWith } from '../../../testing/run-fixture.ts';
import { stepOfTaskName, taskName } from './task-name.ts';

const named = (name: string, uid = 'uid-1') => ({ ...investigationWith(), metadata: { name, uid } });

it.each([
  ['a short name', 'slow', /^slow-[0-9a-f]{8}-7$/],
  ['a long name, cut', 'a'.repeat(253), /^a{40}-[0-9a-f]{8}-7$/],
  ['a name whose cut would end in a dot', `${'a'.repeat(38)}.-bc`, /^a{38}-[0-9a-f]{8}-7$/],
])('is a label value for %s', (_, name, pattern) => {
  const task = taskName(named(name), 7);
  expect(task).toMatch(pattern);
  expect(task.length).toBeLessThanOrEqual(63);
  expect(stepOfTaskName(task)).toBe(7);
});

it('is another one for a recreated parent', () => {
  expect(taskName(named('slow', 'uid-1'), 0)).not.toBe(taskName(named('slow', 'uid-2'), 0));
});

it('tells no step where there is none', () => {
  expect(stepOfTaskName('some-task')).toBeUndefined();
});
