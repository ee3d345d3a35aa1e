import { describe, expect, it } from 'vitest';
import { TASK_TYPES, createTaskRegistry } from './registry.ts';
import type { TaskHandler, TaskType } from './task-call.ts';

const handler = (type: TaskType): TaskHandler => ({ type, run: async () => ({ outcome: 'Succeeded' }) });

describe('the registry of task types', () => {
  it('hands out the handler of every type', () => {
    const handlers = TASK_TYPES.map(handler);
    const registry = createTaskRegistry(handlers);
    for (const type of TASK_TYPES) expect(registry.handlerOf(type).type).toBe(type);
  });

  it('does not start with a type that nobody, or more than one, handles', () => {
    expect(() => createTaskRegistry([handler('Diagnose')])).toThrow(/CollectContext has 0 handlers/);
    const twice = [handler('CollectContext'), handler('Diagnose'), handler('Diagnose')];
    expect(() => createTaskRegistry(twice)).toThrow(/Diagnose has 2 handlers/);
  });
});
