/** What the chart renders, told to a real kube-apiserver, which knows every field of every kind. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findKubeBinaries, RawClient, startKubeApiServer, type KubeApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderChart, runHelm, CHART, withValues, type Rendered } from './helm.ts';
import { VALUE_SETS } from './value-sets.ts';

const binaries = findKubeBinaries();
const isHere = 'folder' in binaries;
const leftOut = isHere ? '' : ` (left out: ${binaries.missing})`;
const OPERATOR = join(import.meta.dirname, '../../operator/src/main.ts');
const NAMESPACE = 'nannyapi';
/** Kinds of other projects, which this server does not have. */
const FOREIGN = new Set(['Certificate', 'ServiceMonitor']);
const CLUSTER_SCOPED =
  /^(CustomResourceDefinition|ClusterRole|ClusterRoleBinding|ValidatingAdmissionPolicy.*|Namespace)$/;

const TASKS = '/apis/nannyai.dev/v1alpha1/namespaces/default/agenttasks?dryRun=All';
const TASK = {
  apiVersion: 'nannyai.dev/v1alpha1',
  kind: 'AgentTask',
  metadata: { name: 'slow-0', namespace: 'default' },
  spec: {
    agentRef: { name: 'web-1' },
    type: 'CollectContext',
    collectContext: { items: ['cpu'] },
    policyHash: `sha256:${'f'.repeat(64)}`,
    timeoutSeconds: 30,
  },
};

/** Rights take a moment until the server heeds them. */
const BOUND = { timeout: 10_000, interval: 100 };

let server: KubeApiServer;
let raw: RawClient;

function pathOf({ apiVersion, kind, metadata }: Rendered): string {
  const plural = kind === 'Ingress' ? 'ingresses' : `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = CLUSTER_SCOPED.test(kind) ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${place}/${plural}/${metadata.name}`;
}

/** Server-side apply that refuses what it does not know. @returns what is wrong, or nothing */
async function apply(object: Rendered, isDryRun: boolean): Promise<string[]> {
  const query = `fieldManager=helm&fieldValidation=Strict${isDryRun ? '&dryRun=All' : ''}`;
  const answer = await raw.send('PATCH', `${pathOf(object)}?${query}`, {
    body: object,
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  const warning = answer.headers.warning === undefined ? [] : [`${object.kind}: ${answer.headers.warning}`];
  if (answer.code === 200 || answer.code === 201) return warning;
  return [...warning, `${object.kind}/${object.metadata.name}: ${answer.code} ${answer.body?.message}`];
}

/** Sends a request as somebody else. */
async function as(
  user: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ code: number; message: string }> {
  const answer = await raw.send(method, path, { body, headers: { 'impersonate-user': user } });
  return { code: answer.code, message: answer.body?.message };
}

describe.skipIf(!isHere)(`a real kube-apiserver${leftOut}`, () => {
  beforeAll(async () => {
    if (!('folder' in binaries)) return;
    server = await startKubeApiServer({ binaries: binaries.folder, fsync: false });
    raw = new RawClient(server);
    await raw.send('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    });
  });
  afterAll(async () => {
    raw?.close();
    await server?.close();
  });

  it.each(Object.entries(VALUE_SETS))('takes every object without a warning, with %s', async (_name, values) => {
    const objects = (await renderChart({ values })).filter(({ kind }) => !FOREIGN.has(kind));
    const problems = await Promise.all(objects.map(async (object) => await apply(object, true)));
    expect(problems.flat()).toEqual([]);
  });

  describe('with the chart installed', () => {
    beforeAll(async () => {
      await withValues({}, (args) =>
        runHelm([
          'install',
          NAMESPACE,
          CHART,
          '-n',
          NAMESPACE,
          '--kubeconfig',
          server.kubeconfigPath,
          '--wait=hookOnly',
          ...args,
        ]),
      );
      await admissionHolds();
    });

    it('keeps its certificate over an upgrade, and makes another one for another name', async () => {
      const before = await certificate();
      await upgrade({});
      expect(await certificate()).toEqual(before);
      await upgrade({ api: { tls: { names: ['nanny.example.com'] } } });
      expect((await certificate()).data['tls.crt']).not.toBe(before.data['tls.crt']);
    });

    it('is upgraded from the values of the last release alone', async () => {
      await runHelm([
        'upgrade',
        NAMESPACE,
        CHART,
        '-n',
        NAMESPACE,
        '--kubeconfig',
        server.kubeconfigPath,
        '--reuse-values',
        '--wait=hookOnly',
      ]);
      expect((await certificate()).kind).toBe('Secret');
    });

    it.each([
      ['agentRef', { agentRef: { name: 'web-1' } }, 'agents.nannyai.dev web-1 in namespace default'],
      ['nodeName', { nodeName: 'node1' }, 'nodes node1'],
      ['podRef', { podRef: { name: 'shop' } }, 'pods shop in namespace default'],
    ])('lets nobody investigate a target by %s without the right to', async (field, target, what) => {
      await bind('creator', { apiGroups: ['nannyai.dev'], resources: ['investigations'], verbs: ['create'] });
      const message = `spec.${field}: creator lacks the verb investigate on ${what}`;
      await vi.waitFor(async () => {
        expect(await investigate('creator', target)).toEqual({ code: 403, message: expect.stringContaining(message) });
      }, BOUND);
      await bindRole('investigator', 'nannyapi-investigator');
      await vi.waitFor(
        async () => expect(await investigate('investigator', target)).toMatchObject({ code: 201 }),
        BOUND,
      );
    });

    it('lets the API name any target, for it has asked for the person', async () => {
      const user = `system:serviceaccount:${NAMESPACE}:nannyapi-api`;
      expect(await investigate(user, { nodeName: 'node1' })).toMatchObject({ code: 201 });
    });

    it('lets only the operator create tasks, whatever else a person may', async () => {
      const admin = await raw.send('POST', TASKS, { body: TASK });
      expect([admin.code, admin.body.message]).toEqual([
        403,
        expect.stringContaining('admin may not create AgentTasks'),
      ]);
      const operator = await as(`system:serviceaccount:${NAMESPACE}:nannyapi-operator`, 'POST', TASKS, TASK);
      // It holds the right to create tasks, and the policy lets it through.
      expect(operator).toMatchObject({ code: 201 });
    });

    it('stops the operator at the uninstallation with the rights of the hook', async () => {
      const hook = (await renderChart({ values: { uninstall: { removeData: true } } })).filter(
        ({ metadata, kind }) => metadata.name === 'nannyapi-uninstall' && kind !== 'Job',
      );
      expect((await Promise.all(hook.map(async (object) => await apply(object, false)))).flat()).toEqual([]);
      const { body } = await raw.send(
        'POST',
        `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/nannyapi-uninstall/token`,
        {
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
        },
      );
      expect(await uninstall(body.status.token)).toEqual({ code: 0, stderr: expect.stringContaining('Nothing holds') });
      const scale = await raw.send('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/nannyapi-operator/scale`);
      expect(scale.body.spec).toEqual({});
      expect((await raw.send('GET', '/apis/nannyai.dev/v1alpha1/investigations')).code).toBe(404);
    });
  });
});

async function upgrade(values: object): Promise<void> {
  await withValues(values, (args) =>
    runHelm([
      'upgrade',
      NAMESPACE,
      CHART,
      '-n',
      NAMESPACE,
      '--kubeconfig',
      server.kubeconfigPath,
      '--wait=hookOnly',
      ...args,
    ]),
  );
}

async function certificate(): Promise<Rendered> {
  return (await raw.send('GET', `/api/v1/namespaces/${NAMESPACE}/secrets/nannyapi-api-tls`)).body as Rendered;
}

async function investigate(user: string, target: object): Promise<{ code: number; message: string }> {
  return await as(user, 'POST', '/apis/nannyai.dev/v1alpha1/namespaces/default/investigations?dryRun=All', {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { generateName: 'slow-' },
    spec: { ...target, prompt: 'Why is this machine slow?' },
  });
}

/** Policies take a moment until the server heeds them. */
async function admissionHolds(): Promise<void> {
  await vi.waitFor(
    async () => {
      const answer = await raw.send('POST', TASKS, { body: TASK });
      if (!String(answer.body?.message).includes('may not create')) throw new Error(answer.text);
    },
    { timeout: 30_000, interval: 200 },
  );
}

async function bind(user: string, rule: object): Promise<void> {
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: user },
    rules: [rule],
  };
  await raw.send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { body });
  await bindRole(user, user);
}

async function bindRole(user: string, role: string): Promise<void> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const answer = await raw.send('POST', path, {
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${user}-${role}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'User', name: user }],
    },
  });
  expect([201, 409]).toContain(answer.code);
}

async function uninstall(token: string): Promise<{ code: number; stderr: string }> {
  const { kubeconfig } = await import('../../standalone/src/kubeconfig.ts');
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-uninstall-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfig({ url: server.url, caPem: server.caPem, token }), { mode: 0o600 });
  const env = {
    PATH: process.env.PATH,
    NANNYAPI_NAMESPACE: NAMESPACE,
    NANNYAPI_OPERATOR_KUBECONFIG: file,
    NANNYAPI_UNINSTALL_REMOVE_DATA: 'true',
    NANNYAPI_UNINSTALL_TIMEOUT_SECONDS: '25',
  };
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, [OPERATOR, 'uninstall'], { env }, (error, _stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stderr }),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
