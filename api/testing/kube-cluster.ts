import { createLogger } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { readOwnCrds, startKubeApiServer, type KubeApiServer } from '@nannyapi/standalone/testing';
import { eventually } from './eventually.ts';

/** Namespace of the release in these tests. */
export const RELEASE = 'nanny-system';
const CORE = `/api/v1/namespaces/${RELEASE}`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Exactly what the facade may do in a cluster. */
const RULES = [
  { apiGroups: ['nannyai.dev'], resources: ['agents', 'agenttasks'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['nannyai.dev'], resources: ['agents/status', 'agenttasks/status'], verbs: ['patch'] },
  {
    apiGroups: ['nannyai.dev'],
    resources: ['investigations'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  },
  { apiGroups: ['nannyai.dev'], resources: ['evidence'], verbs: ['get', 'list', 'create'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];
const RELEASE_RULES = [{ apiGroups: ['nannyai.dev'], resources: ['agents'], verbs: ['create'] }];

/** A real kube-apiserver with our kinds, the ServiceAccounts of the release and the facade's rights. */
export class KubeCluster {
  readonly server: KubeApiServer;
  readonly admin: KubeClient;
  /** With the rights of the facade's ServiceAccount, and no more. */
  facade: KubeClient;

  private constructor(server: KubeApiServer) {
    this.server = server;
    this.admin = this.clientOf(server.adminToken);
    this.facade = this.admin;
  }

  static async start(binaries: string): Promise<KubeCluster> {
    const cluster = new KubeCluster(await startKubeApiServer({ binaries, fsync: false }));
    await cluster.#prepare();
    return cluster;
  }

  clientOf(token: string): KubeClient {
    const { url, caPem } = this.server;
    const log = createLogger({ name: 'test-cluster', level: 'silent' });
    return createKubeClient({ server: { url, caPem, token }, userAgent: 'test', log });
  }

  /** Makes a Node and returns its uid. */
  async createNode(name: string, address: string): Promise<string> {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
    const created = (await this.admin.raw('POST', '/api/v1/nodes', node)) as { metadata: { uid: string } };
    const status = { addresses: [{ type: 'InternalIP', address }] };
    await this.admin.raw('PUT', `/api/v1/nodes/${name}/status`, { ...created, status });
    return created.metadata.uid;
  }

  /** Makes a pod of an account on a node and returns its projected token for an audience. */
  async createPodToken(
    pod: string,
    { node, account = 'nannyapi-agent', audience = 'nannyapi' }: { node?: string; account?: string; audience?: string },
  ): Promise<string> {
    const created = (await this.admin.raw('POST', `${CORE}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod },
      spec: {
        ...(node === undefined ? {} : { nodeName: node }),
        serviceAccountName: account,
        automountServiceAccountToken: false,
        containers: [{ name: 'agent', image: 'agent' }],
      },
    })) as { metadata: { uid: string } };
    const { uid } = created.metadata;
    return this.requestToken(account, { audience, bound: { kind: 'Pod', apiVersion: 'v1', name: pod, uid } });
  }

  /** A token of a ServiceAccount; without an audience it is for the API server. */
  async requestToken(account: string, options: { audience?: string; bound?: object } = {}): Promise<string> {
    const { audience, bound } = options;
    const answer = (await this.admin.raw('POST', `${CORE}/serviceaccounts/${account}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { ...(audience === undefined ? {} : { audiences: [audience] }), boundObjectRef: bound },
    })) as { status: { token: string } };
    return answer.status.token;
  }

  async deletePod(pod: string): Promise<void> {
    await this.admin.raw('DELETE', `${CORE}/pods/${pod}`, { gracePeriodSeconds: 0 });
  }

  /** Gives an account rights in the whole cluster. */
  async grant(account: string, name: string, rules: readonly object[]): Promise<void> {
    await this.admin.raw('POST', `${RBAC}/clusterroles`, { metadata: { name }, rules });
    await this.admin.raw('POST', `${RBAC}/clusterrolebindings`, bindingOf(account, 'ClusterRole', name));
  }

  async close(): Promise<void> {
    await this.facade.close();
    await this.admin.close();
    await this.server.close();
  }

  async #prepare(): Promise<void> {
    await this.admin.raw('POST', '/api/v1/namespaces', { metadata: { name: RELEASE } });
    for (const crd of await readOwnCrds())
      await this.admin.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
    await eventually(() => this.admin.raw('GET', '/apis/nannyai.dev/v1alpha1/evidence'));
    for (const name of ['nannyapi-agent', 'nannyapi-api', 'anna', 'ben'])
      await this.admin.raw('POST', `${CORE}/serviceaccounts`, { metadata: { name } });
    await this.grant('nannyapi-api', 'nannyapi-api', RULES);
    const inRelease = `${RBAC}/namespaces/${RELEASE}`;
    await this.admin.raw('POST', `${inRelease}/roles`, { metadata: { name: 'nannyapi-api' }, rules: RELEASE_RULES });
    await this.admin.raw('POST', `${inRelease}/rolebindings`, bindingOf('nannyapi-api', 'Role', 'nannyapi-api'));
    this.facade = this.clientOf(await this.requestToken('nannyapi-api'));
  }
}

function bindingOf(account: string, kind: 'Role' | 'ClusterRole', name: string): object {
  return {
    metadata: { name: `${name}-${account}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: RELEASE }],
  };
}
