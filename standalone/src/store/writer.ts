import type { MessagePort } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase, readMarks, StoreRefusedError } from './database.ts';
import type { RevisionRow, WriterReply, WriterRequest, WriterSetup } from './worker-protocol.ts';

/**
 * Serves one database file from its own thread, so that a slow disk never stalls the event loop.
 *
 * It answers each commit only after SQLite has synced it (WAL, synchronous=FULL): what was answered
 * survives kill -9 and a power cut. One commit message is one transaction.
 */
export function runWriter(port: MessagePort, setup: WriterSetup): void {
  const reply = (message: WriterReply): void => port.postMessage(message);
  let database: DatabaseSync;
  try {
    database = openDatabase(setup.databasePath);
  } catch (error) {
    reply(refusal(error));
    port.close();
    return;
  }
  const statements = prepareStatements(database);
  reply({ type: 'ready', ...readMarks(database) });
  port.on('message', (request: WriterRequest) => {
    if (request.type === 'close') {
      database.close();
      reply({ type: 'closed' });
      port.close();
      return;
    }
    try {
      commit(database, statements, request);
      reply({ type: 'committed', batch: request.batch });
    } catch (error) {
      reply({ type: 'failed', batch: request.batch, message: messageOf(error) });
    }
  });
}

interface Statements {
  insertRevision: StatementSync;
  insertBody: StatementSync;
  supersede: StatementSync;
  compactBodies: StatementSync;
  compactRevisions: StatementSync;
  setMark: StatementSync;
}

function prepareStatements(database: DatabaseSync): Statements {
  return {
    insertRevision: database.prepare(
      'INSERT INTO revisions (revision, resource, namespace, name, change, previous_revision, superseded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    insertBody: database.prepare('INSERT INTO bodies (revision, body) VALUES (?, ?)'),
    supersede: database.prepare('UPDATE revisions SET superseded_at = ? WHERE revision = ?'),
    compactBodies: database.prepare(
      'DELETE FROM bodies WHERE revision IN (SELECT revision FROM revisions WHERE superseded_at <= ?)',
    ),
    compactRevisions: database.prepare('DELETE FROM revisions WHERE superseded_at <= ?'),
    setMark: database.prepare('UPDATE marks SET value = ? WHERE name = ?'),
  };
}

function commit(
  database: DatabaseSync,
  statements: Statements,
  request: Extract<WriterRequest, { type: 'commit' }>,
): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const row of request.rows) writeRow(statements, row);
    const last = request.rows.at(-1);
    // The counter has a row of its own: compaction may delete the newest revision, and no number is ever given twice.
    if (last !== undefined) statements.setMark.run(last.revision, 'revision');
    if (request.compactTo !== null) {
      statements.compactBodies.run(request.compactTo);
      statements.compactRevisions.run(request.compactTo);
      statements.setMark.run(request.compactTo, 'compacted');
    }
    database.exec('COMMIT');
  } catch (error) {
    // After a full disk SQLite may have rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function writeRow(statements: Statements, row: RevisionRow): void {
  // A deletion has no successor: it leaves the window by its own age.
  const supersededAt = row.change === 'DELETED' ? row.revision : null;
  const { revision, resource, namespace, name, change, previousRevision } = row;
  statements.insertRevision.run(revision, resource, namespace, name, change, previousRevision, supersededAt);
  statements.insertBody.run(revision, row.body);
  if (previousRevision !== null) statements.supersede.run(revision, previousRevision);
}

function refusal(error: unknown): WriterReply {
  if (error instanceof StoreRefusedError) return { type: 'refused', code: error.code, message: error.message };
  return { type: 'refused', code: 'StoreUnavailable', message: messageOf(error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
