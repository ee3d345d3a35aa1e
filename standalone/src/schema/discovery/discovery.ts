import type { CompiledKind, KindResource } from '../kinds.ts';
import { storageVersionHash } from './storage-version-hash.ts';
import { compareVersions } from './version-order.ts';

const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

/** What the subresource scale is answered with. */
const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** What the subresource token is answered with. */
const TOKEN = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const TOKEN_VERBS = ['create'];

/** `/api`. `serverAddress` is host:port. */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis`. */
export function apiGroupList(kinds: readonly CompiledKind[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(kinds).map((group) => groupEntry(kinds, group)) };
}

/** `/apis/GROUP`; undefined when nothing of the group is served. */
export function apiGroup(kinds: readonly CompiledKind[], group: string): object | undefined {
  if (group === '' || !groupNames(kinds).includes(group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(kinds, group) };
}

/** `/api/v1` (group '') and `/apis/GROUP/VERSION`; undefined when nothing is served there. */
export function apiResourceList(kinds: readonly CompiledKind[], group: string, version: string): object | undefined {
  const served = ofVersion(kinds, group, version);
  if (served.length === 0) return undefined;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return {
    kind: 'APIResourceList',
    // The core group's list goes without, on a cluster too.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion,
    resources: served.flatMap((kind) => resourceEntries(kinds, kind)),
  };
}

/** Aggregated discovery (apidiscovery.k8s.io/v2) for `/api` (`core`) and `/apis` (`groups`). */
export function aggregatedDiscovery(kinds: readonly CompiledKind[], scope: 'core' | 'groups'): object {
  const groups = scope === 'core' ? [''] : groupNames(kinds);
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(kinds, group).map((name) => ({
      version: name,
      resources: ofVersion(kinds, group, name).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** `/version`. Claims the Kubernetes release that the contract suite compares with. */
export function versionInfo(): Record<string, string> {
  return {
    major: '1',
    minor: '36',
    gitVersion: 'v1.36.3+nannyapi',
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: 'linux/amd64',
  };
}

/** The order of built-in groups; those of CRDs follow by alphabet. */
const BUILTIN_GROUPS = [
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'coordination.k8s.io',
];

/** Groups with a name, in the order in which Kubernetes prefers them. */
function groupNames(kinds: readonly CompiledKind[]): string[] {
  const names = new Set(kinds.map(({ resource }) => resource.group).filter((group) => group !== ''));
  const custom = [...names].filter((group) => !BUILTIN_GROUPS.includes(group)).sort();
  return [...BUILTIN_GROUPS.filter((group) => names.has(group)), ...custom];
}

function versionsOf(kinds: readonly CompiledKind[], group: string): string[] {
  const versions = kinds.filter(({ resource }) => resource.group === group).map(({ resource }) => resource.version);
  return [...new Set(versions)].sort(compareVersions);
}

function ofVersion(kinds: readonly CompiledKind[], group: string, version: string): CompiledKind[] {
  return kinds
    .filter(({ resource }) => resource.group === group && resource.version === version)
    .sort((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1));
}

function groupEntry(kinds: readonly CompiledKind[], group: string): object {
  const versions = versionsOf(kinds, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function optionalNames(resource: KindResource): object {
  const { shortNames, categories } = resource;
  return {
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function resourceEntries(kinds: readonly CompiledKind[], kind: CompiledKind): object[] {
  const { plural, singular, namespaced, kind: name } = kind.resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: name,
    verbs: kind.verbs,
    ...optionalNames(kind.resource),
    ...optionalHash(storageVersionHash(kinds, kind)),
  };
  const part = { singularName: '', namespaced, verbs: SUBRESOURCE_VERBS };
  return [
    main,
    ...(kind.hasStatus ? [{ name: `${plural}/status`, kind: name, ...part }] : []),
    ...(kind.scale === undefined ? [] : [{ name: `${plural}/scale`, ...SCALE, ...part }]),
    ...(kind.tokenKind === undefined ? [] : [{ name: `${plural}/token`, ...TOKEN, ...part, verbs: TOKEN_VERBS }]),
  ];
}

function optionalHash(hash: string | undefined): object {
  return hash === undefined ? {} : { storageVersionHash: hash };
}

function aggregatedResource(kind: CompiledKind): object {
  const { group, version, plural, singular, namespaced } = kind.resource;
  // Of built-in kinds the group and version are left empty: they are those of the list.
  const place = kind.isCustomResource ? { group, version } : { group: '', version: '' };
  const responseKind = { ...place, kind: kind.resource.kind };
  const subresources = [
    ...(kind.hasStatus ? [{ subresource: 'status', responseKind, verbs: SUBRESOURCE_VERBS }] : []),
    ...(kind.scale === undefined ? [] : [{ subresource: 'scale', responseKind: SCALE, verbs: SUBRESOURCE_VERBS }]),
    ...(kind.tokenKind === undefined ? [] : [{ subresource: 'token', responseKind: TOKEN, verbs: TOKEN_VERBS }]),
  ];
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: kind.verbs,
    ...optionalNames(kind.resource),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
