import type { CompiledKind, KindResource } from '../kinds.ts';
import { compareVersions } from './version-order.ts';

const STATUS_VERBS = ['get', 'patch', 'update'];

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
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served.flatMap(resourceEntries) };
}

/** Aggregated discovery (apidiscovery.k8s.io/v2 or v2beta1) for `/api` (`core`) and `/apis` (`groups`). */
export function aggregatedDiscovery(
  kinds: readonly CompiledKind[],
  scope: 'core' | 'groups',
  version: 'v2' | 'v2beta1' = 'v2',
): object {
  const groups = scope === 'core' ? [''] : groupNames(kinds);
  const items = groups.map((group) => ({
    metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
    versions: versionsOf(kinds, group).map((name) => ({
      version: name,
      resources: ofVersion(kinds, group, name).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

/** `/version`. Claims a Kubernetes minor that kubectl 1.32 to 1.36 are content with. */
export function versionInfo(): Record<string, string> {
  return {
    major: '1',
    minor: '34',
    gitVersion: 'v1.34.0+nannyapi',
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: 'linux/amd64',
  };
}

/** Groups with a name, in order of first appearance. */
function groupNames(kinds: readonly CompiledKind[]): string[] {
  return [...new Set(kinds.map(({ resource }) => resource.group))].filter((group) => group !== '');
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

function resourceEntries(kind: CompiledKind): object[] {
  const { plural, singular, namespaced, kind: name } = kind.resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: name,
    verbs: kind.verbs,
    ...optionalNames(kind.resource),
  };
  if (!kind.hasStatus) return [main];
  return [main, { name: `${plural}/status`, singularName: '', namespaced, kind: name, verbs: STATUS_VERBS }];
}

function aggregatedResource(kind: CompiledKind): object {
  const { group, version, plural, singular, namespaced } = kind.resource;
  const responseKind = { group, version, kind: kind.resource.kind };
  const status = { subresource: 'status', responseKind, verbs: STATUS_VERBS };
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: kind.verbs,
    ...optionalNames(kind.resource),
    ...(kind.hasStatus ? { subresources: [status] } : {}),
  };
}
