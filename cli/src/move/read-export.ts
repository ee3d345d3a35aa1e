import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { errorMessage, type ErrorDetail } from '@nannyapi/process';
import { loadAll } from 'js-yaml';
import { checkDocument, type Arrival, type Problem } from './check-document.ts';
import { MOVED_KINDS, NamespaceResource } from './moved-kinds.ts';
import { moveError } from './move-error.ts';

/** A text with YAML documents. */
interface Source {
  name: string;
  bytes: Uint8Array;
}

/** Most problems that one message names. */
const MAX_PROBLEMS = 20;
const YAML_FILE = /\.(ya?ml|json)$/;

/**
 * Reads an export: a folder with YAML or JSON files at any depth, one such file, or a stream.
 *
 * Other files and those whose name begins with a dot are passed over, so that the folder may live in git. Everything
 * is read and checked before anything is returned.
 *
 * @param from a path or a stream
 * @param namespace where everything is to go; absent: where each object was
 * @returns the objects in the order in which they must be made
 * @throws CodedError `ExportUnreadable`, naming every faulty file and field
 */
export async function readExport(from: string | Readable, namespace?: string): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const problems: Problem[] = [];
  for await (const source of sourcesOf(from)) {
    for (const found of readSource(source, namespace)) {
      if ('message' in found) problems.push(found);
      else arrivals.push(found);
    }
  }
  problems.push(...duplicates(arrivals));
  if (problems.length > 0) throw unreadable(problems);
  return inOrder(arrivals, namespace);
}

async function* sourcesOf(from: string | Readable): AsyncGenerator<Source> {
  if (typeof from !== 'string') {
    yield { name: 'standard input', bytes: await buffer(from) };
    return;
  }
  let found;
  try {
    found = await stat(from);
  } catch (error) {
    throw moveError('ExportUnreadable', errorMessage(error), { cause: error });
  }
  if (!found.isDirectory()) {
    yield { name: from, bytes: await readFile(from) };
    return;
  }
  for (const path of await yamlFilesIn(from)) yield { name: relative(from, path), bytes: await readFile(path) };
}

async function yamlFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const paths: string[] = [];
  for (const entry of visible) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...(await yamlFilesIn(path)));
    else if (YAML_FILE.test(entry.name)) paths.push(path);
  }
  return paths;
}

function readSource({ name, bytes }: Source, namespace: string | undefined): (Arrival | Problem)[] {
  let documents: unknown[];
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Nothing that is exported repeats itself by reference, and a few lines of references can stand for gigabytes.
    documents = loadAll(text, { maxAliases: 0 });
  } catch (error) {
    return [{ source: name, message: error instanceof TypeError ? 'is no UTF-8 text' : firstLine(error) }];
  }
  const objects = documents.filter((document) => document !== null && document !== undefined).flatMap(itemsOf);
  const sourceOf = (index: number): string => (objects.length > 1 ? `${name}, document ${index + 1}` : name);
  return objects.map((object, index) => checkDocument(object, sourceOf(index), namespace));
}

/** The parser shows the lines around a fault as well; line and column are in its first line. */
function firstLine(error: unknown): string {
  return errorMessage(error).split('\n')[0] ?? '';
}

/** `kubectl get -o yaml` wraps several objects into a List. */
function itemsOf(document: unknown): unknown[] {
  const { kind, items } = Object(document) as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items) ? items : [document];
}

function duplicates(arrivals: readonly Arrival[]): Problem[] {
  const first = new Map<string, string>();
  return arrivals.flatMap(({ source, object, resource }) => {
    const key = `${resource.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
    const earlier = first.get(key);
    first.set(key, earlier ?? source);
    return earlier === undefined ? [] : [{ source, message: `is the same object as in ${earlier}: ${key}` }];
  });
}

/** Namespaces first, those too that only their objects name; then the kinds in their order. */
function inOrder(arrivals: readonly Arrival[], namespace: string | undefined): Arrival[] {
  const given = arrivals.filter(({ kind, object }) => !kind && (!namespace || object.metadata.name === namespace));
  const names = new Set(given.map(({ object }) => object.metadata.name));
  for (const { kind, object, source } of arrivals) {
    const { namespace: name } = object.metadata;
    if (!kind || name === undefined || names.has(name)) continue;
    names.add(name);
    const implied = { apiVersion: 'v1', kind: NamespaceResource.kind, metadata: { name } };
    given.push({ source, resource: NamespaceResource, object: implied });
  }
  const ofKinds = MOVED_KINDS.flatMap((moved) => arrivals.filter(({ kind }) => kind === moved));
  return [...given, ...ofKinds];
}

function unreadable(problems: readonly Problem[]): Error {
  const details = problems.map(({ source, field, message }): ErrorDetail => ({ field: field ?? source, message }));
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ source, field, message }) => `  ${source}: ${field === undefined ? '' : `${field} `}${message}`);
  const rest = problems.length - MAX_PROBLEMS;
  if (rest > 0) lines.push(`  and ${rest} more`);
  return moveError('ExportUnreadable', `nothing was imported:\n${lines.join('\n')}\n`, { details });
}
