import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError, createLogger, errorMessage, systemClock } from '@nannyapi/process';
import { createKubeClient, isKubeError } from '@nannyapi/runtime';
import { readFlags } from './flags.ts';
import type { Arrival } from './move/check-document.ts';
import { ImportTarget } from './move/import-target.ts';
import { moveError } from './move/move-error.ts';
import { readExport } from './move/read-export.ts';
import { runImport, type ImportResult } from './move/run-import.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny import`: an export arrives in a cluster. */
export const importVerb: Verb = {
  help: `Usage: nanny import --kubeconfig FILE [options] PATH

Brings an export (a folder, a file, or - for standard input) into a cluster that serves the kinds of NannyAPI.
Runs that had ended arrive with their result; those that had not arrive as ended, reason Restored. Nothing runs.
What is there already is never overwritten. Doing it again goes on where it ended and changes nothing that stands.

  --kubeconfig FILE    How to reach the cluster
  --context NAME       Context of the kubeconfig (default its current one)
  --namespace NAME     Put everything into this namespace (default: where each object was)
  --dry-run            Let the cluster check, write nothing

Exit status: 0 when all of it stands in the cluster, 3 when something there differs and was left as it is, 1 on failure.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [path] = positionals;
  if (!values.kubeconfig) throw new UsageError('--kubeconfig must name the kubeconfig of the cluster');
  if (!path) throw new UsageError('PATH must name an export: a folder, a file, or - for standard input');
  const { namespace, context, 'dry-run': isDryRun } = values;
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageError(`--namespace must be a DNS label of up to 63 characters, not '${namespace}'`);
  }
  const arrivals = await readExport(path === '-' ? io.stdin : resolve(path), namespace);
  const kubeconfigPath = resolve(values.kubeconfig);
  await requireReadable(kubeconfigPath);
  const log = createLogger({ name: 'nanny', level: 'error', destination: io.stderr });
  const client = createKubeClient({ kubeconfigPath, context, env: io.env, userAgent: 'nanny-import', log });
  try {
    const target = new ImportTarget({ client, clock: systemClock, signal: io.signal, isDryRun });
    await target.requireKinds().catch((error: unknown) => {
      throw asKubeconfigFault(error, kubeconfigPath);
    });
    return await report(runImport(arrivals, { target, isDryRun, now: systemClock.now() }), isDryRun, io);
  } finally {
    await client.close();
  }
}

async function requireReadable(path: string): Promise<void> {
  try {
    await readFile(path);
  } catch (error) {
    throw moveError('KubeconfigUnusable', errorMessage(error), { cause: error });
  }
}

/** A fault of the connection that no network has caused lies in the kubeconfig. */
function asKubeconfigFault(error: unknown, path: string): unknown {
  if (!isKubeError(error, 'ConnectionFailed')) return error;
  const { cause } = error;
  const isOurs = cause instanceof CodedError;
  const hasCode = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  if (!isOurs && hasCode) return error;
  // A parser shows the lines around a fault as well.
  const [message = ''] = errorMessage(cause).split('\n');
  return moveError('KubeconfigUnusable', `${path}: ${message}`, { cause });
}

async function report(results: AsyncIterable<ImportResult>, isDryRun: boolean, io: VerbIo): Promise<number> {
  const counts = new Map<ImportResult['outcome'], number>();
  for await (const { arrival, outcome, note } of results) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    io.stdout.write(`${titleOf(arrival)} ${wordFor(outcome, isDryRun)}${note === undefined ? '' : ` (${note})`}\n`);
  }
  const summary = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'nothing there to import';
  io.stderr.write(`${isDryRun ? 'Dry run, nothing was written: ' : 'Imported: '}${summary}\n`);
  if (counts.has('failed')) return 1;
  return counts.has('differs') ? 3 : 0;
}

function titleOf({ object: { kind, metadata } }: Arrival): string {
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return `${kind} ${name}`;
}

function wordFor(outcome: ImportResult['outcome'], isDryRun: boolean): string {
  if (outcome === 'differs') return 'differs, left as it is';
  return isDryRun && outcome !== 'unchanged' && outcome !== 'failed' ? `would be ${outcome}` : outcome;
}
