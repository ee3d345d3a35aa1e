import { CodedError } from '@nannyapi/process';
import type { TaskHandler, TaskType } from './task-call.ts';

/** Every kind of work there is; the compiler refuses a kind of the wire that is missing here. */
export const TASK_TYPES = Object.keys({ CollectContext: true, Diagnose: true } satisfies Record<
  TaskType,
  true
>) as readonly TaskType[];

/** Finds the handler of a task by its type. */
export interface TaskRegistry {
  handlerOf(type: TaskType): TaskHandler;
}

/**
 * Gathers the handlers.
 *
 * @throws CodedError `InvalidRegistry` unless every type has exactly one handler: an agent that would claim work which
 *   it cannot do must not start.
 */
export function createTaskRegistry(handlers: readonly TaskHandler[]): TaskRegistry {
  const byType = new Map<TaskType, TaskHandler>();
  for (const type of TASK_TYPES) {
    const [handler, ...others] = handlers.filter((candidate) => candidate.type === type);
    if (!handler || others.length > 0) {
      throw new CodedError({
        code: 'InvalidRegistry',
        message: `Task type ${type} has ${handlers.filter((candidate) => candidate.type === type).length} handlers, not one`,
      });
    }
    byType.set(type, handler);
  }
  return {
    handlerOf(type) {
      const handler = byType.get(type);
      if (!handler) throw new CodedError({ code: 'UnknownTaskType', message: `No handler for task type ${type}` });
      return handler;
    },
  };
}
