import { statusPatch, task, tasksPath } from './tasks.ts';
import { runOperations, takeTurns, type Contestant, type Contestants, type Turn } from './turns.ts';

/** How many operations, over how many connections. */
export interface Size {
  connections: number;
  count: number;
}

/** Where the measured objects are. */
export const NAMESPACE = 'bench';

/** Makes the namespace of the measured objects on each server. */
export async function createNamespace(contestants: Contestants): Promise<void> {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await takeTurns(contestants, 1, (each) =>
    runOperations(each, { connections: 1, count: 1 }, (connection) =>
      connection.send('POST', '/api/v1/namespaces', { type: 'application/json', text }),
    ),
  );
}

/** Creates AgentTasks `PREFIX-0` to `PREFIX-(count - 1)`. */
export function createTasks(contestant: Contestant, prefix: string, size: Size): Promise<Turn> {
  return runOperations(contestant, size, (connection, number) =>
    connection.send('POST', tasksPath(NAMESPACE), { type: 'application/json', text: task(`${prefix}-${number}`) }),
  );
}

/** Patches the status of those. */
export function patchStatuses(contestant: Contestant, prefix: string, size: Size): Promise<Turn> {
  return runOperations(contestant, size, (connection, number) =>
    connection.send('PATCH', `${tasksPath(NAMESPACE)}/${prefix}-${number}/status`, {
      type: 'application/merge-patch+json',
      text: statusPatch(number),
    }),
  );
}

/** Reads each of those. */
export function getTasks(contestant: Contestant, prefix: string, size: Size): Promise<Turn> {
  return runOperations(contestant, size, (connection, number) =>
    connection.send('GET', `${tasksPath(NAMESPACE)}/${prefix}-${number}`),
  );
}

/** Lists the namespace; `query` begins with a question mark or is empty. */
export function listTasks(contestant: Contestant, count: number, query: string): Promise<Turn> {
  return runOperations(contestant, { connections: 1, count }, (connection) =>
    connection.send('GET', `${tasksPath(NAMESPACE)}${query}`),
  );
}
