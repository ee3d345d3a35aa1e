import type { CompiledKind } from '../kinds.ts';

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
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: kinds.length === 0 ? [] : [] };
}

/** `/apis/GROUP`; undefined when nothing of the group is served. */
export function apiGroup(kinds: readonly CompiledKind[], group: string): object | undefined {
  return kinds.some((kind) => kind.resource.group === group) ? {} : undefined;
}

/** `/api/v1` (group '') and `/apis/GROUP/VERSION`; undefined when nothing is served there. */
export function apiResourceList(kinds: readonly CompiledKind[], group: string, version: string): object | undefined {
  return kinds.some((kind) => kind.resource.group === group && kind.resource.version === version) ? {} : undefined;
}

/** Aggregated discovery (apidiscovery.k8s.io/v2 or v2beta1) for `/api` (`core`) and `/apis` (`groups`). */
export function aggregatedDiscovery(
  kinds: readonly CompiledKind[],
  scope: 'core' | 'groups',
  version: 'v2' | 'v2beta1' = 'v2',
): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [scope, kinds.length],
  };
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
