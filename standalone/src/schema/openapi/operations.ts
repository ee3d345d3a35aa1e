import type { CompiledKind } from '../kinds.ts';
import { groupVersionKind, groupVersionPath } from './component-names.ts';

/** One operation on a kind, told without the words of an OpenAPI version. */
export interface KindOperation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** The value of `x-kubernetes-action`. */
  action: 'list' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';
  operationId: string;
  description: string;
  parameters: readonly QueryParameter[];
  body: 'object' | 'patch' | 'deleteOptions' | 'none';
  answer: 'object' | 'list' | 'status';
  /** The kind of the objects that it takes and gives, where that is not the kind at whose path it stands. */
  objectKind?: CompiledKind;
}

/** A query parameter. */
export interface QueryParameter {
  name: string;
  type: 'string' | 'boolean' | 'integer';
  description: string;
}

/** A path with its operations. */
export interface KindPath {
  path: string;
  hasNamespace: boolean;
  hasName: boolean;
  operations: readonly KindOperation[];
}

/**
 * Media types of patches that a kind takes. kubectl reads from this list whether it may send a strategic merge
 * patch, which custom resources do not take.
 */
export function patchMediaTypes(kind: CompiledKind): string[] {
  const strategic = kind.isCustomResource ? [] : ['application/strategic-merge-patch+json'];
  return ['application/json-patch+json', 'application/merge-patch+json', ...strategic, 'application/apply-patch+yaml'];
}

const DRY_RUN: QueryParameter = { name: 'dryRun', type: 'string', description: 'All: check and store nothing.' };
const WRITE: readonly QueryParameter[] = [
  DRY_RUN,
  { name: 'fieldManager', type: 'string', description: 'Who writes, for managedFields.' },
  {
    name: 'fieldValidation',
    type: 'string',
    description: 'What happens with unknown fields: Ignore, Warn (default) or Strict.',
  },
];
const PATCHING: readonly QueryParameter[] = [
  ...WRITE,
  { name: 'force', type: 'boolean', description: 'Server-side apply takes fields over from other managers.' },
];
const DELETING: readonly QueryParameter[] = [
  DRY_RUN,
  { name: 'gracePeriodSeconds', type: 'integer', description: 'Seconds to end gracefully.' },
  { name: 'propagationPolicy', type: 'string', description: 'Orphan, Background or Foreground.' },
];
const LISTING: readonly QueryParameter[] = [
  { name: 'allowWatchBookmarks', type: 'boolean', description: 'Watch: send bookmarks.' },
  { name: 'continue', type: 'string', description: 'Token of the page wanted.' },
  { name: 'fieldSelector', type: 'string', description: 'Selects by fields.' },
  { name: 'labelSelector', type: 'string', description: 'Selects by labels.' },
  { name: 'limit', type: 'integer', description: 'Most objects of one page.' },
  { name: 'resourceVersion', type: 'string', description: 'Point in time wanted.' },
  { name: 'resourceVersionMatch', type: 'string', description: 'How resourceVersion is meant: Exact or NotOlderThan.' },
  { name: 'sendInitialEvents', type: 'boolean', description: 'Watch: start with what exists.' },
  { name: 'timeoutSeconds', type: 'integer', description: 'Watch: seconds until the server ends it.' },
  { name: 'watch', type: 'boolean', description: 'Stream changes instead of a list.' },
];

/** The kind that an operation is filed under: clients look built-in subresources up by the kind that they take. */
export function kindOf(kind: CompiledKind, { objectKind }: KindOperation): CompiledKind {
  return kind.isCustomResource ? kind : (objectKind ?? kind);
}

/** The paths under which a kind is served. */
export function kindPaths(kind: CompiledKind): KindPath[] {
  const { plural, namespaced } = kind.resource;
  const root = `/${groupVersionPath(kind)}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const item = `${collection}/{name}`;
  const paths: KindPath[] = [
    { path: collection, hasNamespace: namespaced, hasName: false, operations: collectionOperations(kind) },
    { path: item, hasNamespace: namespaced, hasName: true, operations: itemOperations(kind, '') },
  ];
  if (kind.hasStatus) {
    const operations = itemOperations(kind, 'Status').filter(({ action }) => action !== 'delete');
    paths.push({ path: `${item}/status`, hasNamespace: namespaced, hasName: true, operations });
  }
  const { scale } = kind;
  if (scale !== undefined) {
    const operations = itemOperations(kind, 'Scale')
      .filter(({ action }) => action !== 'delete')
      .map((operation) => ({ ...operation, objectKind: scale.kind }));
    paths.push({ path: `${item}/scale`, hasNamespace: namespaced, hasName: true, operations });
  }
  if (namespaced) {
    const operations = [listOperation(kind, 'ForAllNamespaces')];
    paths.push({ path: `${root}/${plural}`, hasNamespace: false, hasName: false, operations });
  }
  const served = paths.map((entry) => ({ ...entry, operations: entry.operations.filter(isServed(kind)) }));
  return [...served.filter(({ operations }) => operations.length > 0), ...tokenPaths(kind, `${item}/token`)];
}

const VERBS: Readonly<Record<KindOperation['action'], string>> = {
  list: 'list',
  get: 'get',
  post: 'create',
  put: 'update',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deletecollection',
};

function isServed({ verbs }: CompiledKind): (operation: KindOperation) => boolean {
  return ({ action }) => verbs.includes(VERBS[action]);
}

function tokenPaths(kind: CompiledKind, path: string): KindPath[] {
  if (kind.tokenKind === undefined) return [];
  const operation: KindOperation = {
    method: 'post',
    action: 'post',
    operationId: operationName(kind, 'create', 'Token'),
    description: `Gives a token of a ${kind.resource.kind}.`,
    parameters: WRITE,
    body: 'object',
    answer: 'object',
    objectKind: kind.tokenKind,
  };
  return [{ path, hasNamespace: kind.resource.namespaced, hasName: true, operations: [operation] }];
}

function operationName(kind: CompiledKind, verb: string, suffix: string): string {
  const { group, version, namespaced } = kind.resource;
  const { kind: name } = groupVersionKind(kind);
  const groupPart = (group === '' ? ['core'] : group.split('.')).map(capital).join('');
  return `${verb}${groupPart}${capital(version)}${namespaced && suffix !== 'ForAllNamespaces' ? 'Namespaced' : ''}${name}${suffix}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function listOperation(kind: CompiledKind, suffix: string): KindOperation {
  const description = `Lists or watches ${kind.resource.kind} objects.`;
  const operationId = operationName(kind, 'list', suffix);
  return { method: 'get', action: 'list', operationId, description, parameters: LISTING, body: 'none', answer: 'list' };
}

function collectionOperations(kind: CompiledKind): KindOperation[] {
  const { kind: name } = kind.resource;
  return [
    listOperation(kind, ''),
    {
      method: 'post',
      action: 'post',
      operationId: operationName(kind, 'create', ''),
      description: `Creates a ${name}.`,
      parameters: WRITE,
      body: 'object',
      answer: 'object',
    },
    {
      method: 'delete',
      action: 'deletecollection',
      operationId: operationName(kind, 'deleteCollection', ''),
      description: `Deletes the ${name} objects that are selected.`,
      parameters: [...LISTING, ...DELETING],
      body: 'deleteOptions',
      answer: 'status',
    },
  ];
}

function itemOperations(kind: CompiledKind, suffix: '' | 'Status' | 'Scale'): KindOperation[] {
  const { kind: name } = kind.resource;
  const what = suffix === '' ? `a ${name}` : `the ${suffix.toLowerCase()} of a ${name}`;
  const id = (verb: string): string => operationName(kind, verb, suffix);
  const common = { answer: 'object' } as const;
  return [
    {
      ...common,
      method: 'get',
      action: 'get',
      operationId: id('read'),
      description: `Reads ${what}.`,
      parameters: [],
      body: 'none',
    },
    {
      ...common,
      method: 'put',
      action: 'put',
      operationId: id('replace'),
      description: `Replaces ${what}.`,
      parameters: WRITE,
      body: 'object',
    },
    {
      ...common,
      method: 'patch',
      action: 'patch',
      operationId: id('patch'),
      description: `Changes ${what}.`,
      parameters: PATCHING,
      body: 'patch',
    },
    {
      method: 'delete',
      action: 'delete',
      operationId: id('delete'),
      description: `Deletes ${what}.`,
      parameters: DELETING,
      body: 'deleteOptions',
      answer: 'status',
    },
  ];
}
