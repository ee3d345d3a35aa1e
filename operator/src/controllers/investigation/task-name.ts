import { createHash } from 'node:crypto';
import { parseKey, type KubeObject } from '@nannyapi/runtime';

/** How much of the parent's name a task's name holds, so that the whole stays a valid label value. */
const MAX_PARENT_CHARS = 40;

/**
 * The name of the task that is one step of a run: `<parent ≤ 40 chars>-<8 hex of sha256(kind/uid)>-<step>`.
 *
 * It follows from parent and step alone, so a repeated pass creates nothing twice; the uid keeps the tasks of a
 * recreated parent apart.
 */
export function taskName(parent: KubeObject, step: number): string {
  const { name = '', uid = '' } = parent.metadata;
  const head = name.slice(0, MAX_PARENT_CHARS).replace(/[-.]+$/, '');
  const hash = createHash('sha256').update(`${parent.kind.toLowerCase()}/${uid}`).digest('hex').slice(0, 8);
  return `${head}-${hash}-${step}`;
}

/** The step number at the end of a task's name; `undefined` when there is none. */
export function stepOfTaskName(name: string): number | undefined {
  const match = /-(\d{1,3})$/.exec(parseKey(name).name);
  return match ? Number(match[1]) : undefined;
}
