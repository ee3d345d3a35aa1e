import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DatabaseSync } from 'node:sqlite';
import { readMarks } from '../store/database.ts';

const TASKS = 'agenttasks.nannyai.dev';

/** The parts of a stored AgentTask that matter here. */
interface StoredTask {
  metadata: { resourceVersion?: string };
  status?: { outcome?: string; claim?: { journalID: string; time: string } };
}

/**
 * Notes on every task that is open and not claimed that somebody claimed it, in a journal that nobody has.
 *
 * It may have run after the backup was made, and the agent forgets a task once its result is acknowledged. An agent
 * that meets a claim that its journal does not know ends the task as Unknown and never starts it (ADR 9): at most one
 * start, also across a restore. A claimed task needs nothing: it is met by the same rule.
 *
 * @returns how many tasks are open, claimed before or now.
 */
export function claimOpenTasks(database: DatabaseSync, now: Date): number {
  const rows = database
    .prepare(
      `SELECT r.revision, r.namespace, r.name, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision
       WHERE r.resource = ? AND r.superseded_at IS NULL ORDER BY r.revision`,
    )
    .all(TASKS);
  const insertRevision = database.prepare(
    "INSERT INTO revisions (revision, resource, namespace, name, change, previous_revision) VALUES (?, ?, ?, ?, 'MODIFIED', ?)",
  );
  const insertBody = database.prepare('INSERT INTO bodies (revision, body, crc32) VALUES (?, ?, ?)');
  const supersede = database.prepare('UPDATE revisions SET superseded_at = ? WHERE revision = ?');
  let { revision } = readMarks(database);
  let open = 0;
  for (const row of rows) {
    const task = JSON.parse(String(row['body'])) as StoredTask;
    if (task.status?.outcome !== undefined) continue;
    open += 1;
    if (task.status?.claim !== undefined) continue;
    revision += 1;
    task.metadata.resourceVersion = String(revision);
    task.status = { ...task.status, claim: { journalID: randomUUID(), time: now.toISOString() } };
    const body = JSON.stringify(task);
    const previous = Number(row['revision']);
    insertRevision.run(revision, TASKS, String(row['namespace']), String(row['name']), previous);
    insertBody.run(revision, body, crc32(body));
    supersede.run(revision, previous);
  }
  database.prepare("UPDATE marks SET value = ? WHERE name = 'revision'").run(revision);
  return open;
}
