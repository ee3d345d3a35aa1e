import type { MessagePort } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { openDatabase, readMarks } from './database.ts';
import type { OpenedDatabase } from './database.ts';
import { describeWriteFailure, StoreRefusedError } from './store-problem.ts';
import type { WriteProblem } from './store-problem.ts';
import type { RevisionRow, WriterReply, WriterRequest, WriterSetup } from './worker-protocol.ts';

/**
 * Serves one database file from its own thread, so that a slow disk never stalls the event loop.
 *
 * It answers each commit only after SQLite has synced it (WAL, synchronous=FULL): what was answered
 * survives kill -9 and a power cut. One commit message is one transaction.
 */
export function runWriter(port: MessagePort, setup: WriterSetup): void {
  const reply = (message: WriterReply): void => port.postMessage(message);
  let opened: OpenedDatabase;
  try {
    opened = openDatabase(setup.databasePath);
  } catch (error) {
    reply(refusal(error));
    port.close();
    return;
  }
  const { database, newest } = opened;
  const describeFailure = (error: unknown): { problem: WriteProblem; message: string } =>
    describeWriteFailure(error, setup.databasePath, newest.rewrite());
  const statements = prepareStatements(database);
  reply({ type: 'ready', ...readMarks(database) });
  port.on('message', (request: WriterRequest) => {
    if (request.type === 'close') {
      newest.close();
      database.close();
      reply({ type: 'closed' });
      port.close();
      return;
    }
    try {
      const startMs = performance.now();
      commit(database, statements, request);
      const seconds = (performance.now() - startMs) / 1000;
      const last = request.rows.at(-1);
      if (last !== undefined) newest.note(last.revision);
      reply({ type: 'committed', batch: request.batch, seconds });
    } catch (error) {
      reply({ type: 'failed', batch: request.batch, ...describeFailure(error) });
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
  touch: StatementSync;
}

function prepareStatements(database: DatabaseSync): Statements {
  return {
    insertRevision: database.prepare(
      'INSERT INTO revisions (revision, resource, namespace, name, change, previous_revision, superseded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    insertBody: database.prepare('INSERT INTO bodies (revision, body, crc32) VALUES (?, ?, ?)'),
    supersede: database.prepare('UPDATE revisions SET superseded_at = ? WHERE revision = ?'),
    compactBodies: database.prepare(
      'DELETE FROM bodies WHERE revision IN (SELECT revision FROM revisions WHERE superseded_at <= ?)',
    ),
    compactRevisions: database.prepare('DELETE FROM revisions WHERE superseded_at <= ?'),
    setMark: database.prepare('UPDATE marks SET value = ? WHERE name = ?'),
    touch: database.prepare("UPDATE marks SET value = value WHERE name = 'revision'"),
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
    if (last === undefined) statements.touch.run();
    else statements.setMark.run(last.revision, 'revision');
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
  statements.insertBody.run(revision, row.body, crc32(row.body));
  if (previousRevision !== null) statements.supersede.run(revision, previousRevision);
}

function refusal(error: unknown): WriterReply {
  if (error instanceof StoreRefusedError) return { type: 'refused', code: error.code, message: error.message };
  return { type: 'refused', code: 'StoreUnavailable', message: messageOf(error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
