/** A move: what a standalone control plane has stored arrives in a cluster, and nothing of it runs again. */
import { once } from 'node:events';
import { mkdir, readdir, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentResource, type Investigation } from '@nannyapi/crds';
import { findKubeBinaries } from '@nannyapi/standalone/testing';
import { dump, load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKubectl, kubectlFor } from './system/kubectl.ts';
import { RUNS, startMoveSource, type MoveSource } from './system/move-source.ts';
import { MoveTarget } from './system/move-target.ts';
import { nanny, startNanny } from './system/nanny.ts';

const kube = findKubeBinaries();
const TARGETS = [
  { name: 'the embedded API server', binaries: undefined, missing: undefined },
  {
    name: 'missing' in kube ? `a kube-apiserver (left out: ${kube.missing})` : 'a kube-apiserver',
    binaries: 'folder' in kube ? kube.folder : undefined,
    missing: 'missing' in kube ? kube.missing : undefined,
  },
];

let source: MoveSource;
beforeAll(async () => {
  source = await startMoveSource();
});
afterAll(() => source.close());

const succeeded = ({ status }: Investigation) => status?.conditions?.find(({ type }) => type === 'Succeeded');
const isRestored = (run: Investigation): boolean => succeeded(run)?.reason === 'Restored';

describe.each(TARGETS)('an import into $name', ({ binaries, missing }) => {
  let target: MoveTarget;
  let count = 0;

  beforeAll(async () => {
    if (missing === undefined) target = await MoveTarget.start(binaries);
  });
  afterAll(() => target?.close());

  /** A namespace that no other test has, with an agent that could be given work. */
  async function namespaceWithAgent(): Promise<string> {
    const namespace = `move-${(count += 1)}`;
    await target.client.raw('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await target.connectAgent(namespace);
    return namespace;
  }

  const importArgs = (namespace: string, kubeconfig = target.kubeconfigPath): string[] => [
    'import',
    '--kubeconfig',
    kubeconfig,
    '--namespace',
    namespace,
    source.exportDir,
  ];

  async function expectArrived(namespace: string): Promise<void> {
    for (const name of ['ended', 'failed'] as const) {
      const run = await target.run(namespace, name);
      expect(withoutGenerations(run.status)).toEqual(withoutGenerations(source.statusOf(name)));
      expect(run.metadata.labels).toEqual({ fate: name });
    }
    const running = await target.run(namespace, 'running');
    expect(succeeded(running)).toMatchObject({
      status: 'False',
      reason: 'Restored',
      message: expect.stringContaining('under way (2 steps) when it was exported'),
    });
    expect(running.status).toMatchObject({ phase: 'Failed', steps: source.statusOf('running')?.steps });
    const waiting = await target.run(namespace, 'waiting');
    expect(succeeded(waiting)?.message).toContain('had not begun when it was exported');
  }

  /** The operator is awake and gives work, for the new question alone. */
  async function expectOnlyNewWork(namespace: string): Promise<void> {
    const tasks = await target.tasksAfterNewQuestion(namespace);
    expect(tasks.filter((name) => !name.startsWith('new-question-'))).toEqual([]);
  }

  it.skipIf(missing)(
    'brings results, ends the rest as Restored and runs nothing, while an operator watches',
    async () => {
      const namespace = await namespaceWithAgent();
      const stopOperator = await target.startOperator();
      try {
        const { exitCode, stdout, stderr } = await nanny(importArgs(namespace));
        expect(stdout.split('\n')).toEqual([
          `Namespace ${namespace} unchanged`,
          `Agent ${namespace}/web-1 unchanged`,
          ...['ended created', 'failed created'].map((what) => `Investigation ${namespace}/${what}`),
          ...['running', 'waiting'].map(
            (name) => `Investigation ${namespace}/${name} created (it had not ended: Restored)`,
          ),
          '',
        ]);
        expect([exitCode, stderr]).toEqual([0, 'Imported: unchanged 2, created 4\n']);
        await expectOnlyNewWork(namespace);
        await expectArrived(namespace);
      } finally {
        await stopOperator();
      }
    },
  );

  it.skipIf(missing)('stands before an operator that comes later', async () => {
    const namespace = await namespaceWithAgent();
    expect((await nanny(importArgs(namespace))).exitCode).toBe(0);
    await expectArrived(namespace);
    const stopOperator = await target.startOperator();
    try {
      await expectOnlyNewWork(namespace);
      await expectArrived(namespace);
    } finally {
      await stopOperator();
    }
  });

  it.skipIf(missing)('changes nothing the second time', async () => {
    const namespace = await namespaceWithAgent();
    await nanny(importArgs(namespace));
    const versions = async (): Promise<unknown> =>
      await Promise.all(RUNS.map(async (name) => (await target.run(namespace, name)).metadata.resourceVersion));
    const before = await versions();
    const { exitCode, stdout, stderr } = await nanny(importArgs(namespace));
    expect([exitCode, stderr]).toEqual([0, 'Imported: unchanged 6\n']);
    expect(stdout).not.toContain('created');
    expect(await versions()).toEqual(before);
  });

  it.skipIf(missing)("has the last word when the operator's Restored comes between its two writes", async () => {
    const namespace = await namespaceWithAgent();
    const { proxy, kubeconfigPath } = await target.openProxy();
    proxy.hold((method, path) => method === 'PUT' && path.includes('/status'));
    const stopOperator = await target.startOperator();
    try {
      const importing = nanny(importArgs(namespace, kubeconfigPath));
      await proxy.holds(RUNS.length);
      for (const name of RUNS) await target.until(namespace, name, isRestored);
      proxy.release();
      expect(await importing).toMatchObject({ exitCode: 0 });
      await expectOnlyNewWork(namespace);
      await expectArrived(namespace);
    } finally {
      await stopOperator();
    }
  });

  it.skipIf(missing)('that was killed between its two writes is completed by the next one', async () => {
    const namespace = await namespaceWithAgent();
    const { proxy, kubeconfigPath } = await target.openProxy();
    proxy.hold((method, path) => method === 'PUT' && path.includes('/status'));
    const stopOperator = await target.startOperator();
    try {
      const child = startNanny(importArgs(namespace, kubeconfigPath));
      await proxy.holds(RUNS.length);
      child.kill('SIGKILL');
      await once(child, 'exit');
      proxy.drop();
      for (const name of RUNS) await target.until(namespace, name, isRestored);
      const { exitCode, stderr } = await nanny(importArgs(namespace));
      expect([exitCode, stderr]).toEqual([0, 'Imported: unchanged 2, completed 4\n']);
      await expectOnlyNewWork(namespace);
      await expectArrived(namespace);
      expect((await nanny(importArgs(namespace))).stderr).toBe('Imported: unchanged 6\n');
    } finally {
      await stopOperator();
    }
  });

  it.skipIf(missing)('leaves what differs as it is, names the field, and says so with its exit status', async () => {
    const namespace = await namespaceWithAgent();
    const own = {
      metadata: { name: 'ended', namespace },
      spec: { agentRef: { name: 'web-1' }, prompt: 'My own question here' },
    };
    await target.client.raw('POST', `/apis/nannyai.dev/v1alpha1/namespaces/${namespace}/investigations`, {
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      ...own,
    });
    const agents = target.client.resource(AgentResource);
    await agents.patch({ namespace, name: 'web-1' }, { spec: { description: 'Mine.' } });
    const { exitCode, stdout } = await nanny(importArgs(namespace));
    expect(exitCode).toBe(3);
    expect(stdout).toContain(`Agent ${namespace}/web-1 differs, left as it is (spec.description)`);
    expect(stdout).toContain(
      `Investigation ${namespace}/ended differs, left as it is (it is another run of that name)`,
    );
    expect(stdout).toContain(`Investigation ${namespace}/failed created`);
    expect((await target.run(namespace, 'ended')).spec.prompt).toBe('My own question here');
  });

  it.skipIf(missing)('writes nothing in a dry run, whether the namespace is there or not', async () => {
    const namespace = await namespaceWithAgent();
    const { exitCode, stdout } = await nanny([...importArgs(namespace), '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Investigation ${namespace}/ended would be created`);
    await expect(target.run(namespace, 'ended')).rejects.toMatchObject({ code: 'NotFound' });
    const absent = await nanny([...importArgs('move-absent'), '--dry-run']);
    expect(absent.stdout).toContain('Namespace move-absent would be created');
    await expect(target.client.raw('GET', '/api/v1/namespaces/move-absent')).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  it.skipIf(missing)('tells which file holds what the cluster refuses, and brings the rest', async () => {
    const namespace = await namespaceWithAgent();
    const folder = join(target.folder, namespace);
    await mkdir(folder);
    const text = await readFile(join(source.exportDir, 'investigations/default/ended.yaml'), 'utf8');
    const write = (name: string, change: (text: string) => string): Promise<void> =>
      writeFile(join(folder, `${name}.yaml`), change(text.replace('name: ended', `name: ${name}`)));
    await write('bad', (good) => good.replace('priority: Medium', 'priority: Huge'));
    await write('good', (good) => good);
    await write('typo', (good) => good.replace('priority: Medium', 'promt: x'));
    const { exitCode, stdout } = await nanny([
      'import',
      '--kubeconfig',
      target.kubeconfigPath,
      '--namespace',
      namespace,
      folder,
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/bad failed \(bad\.yaml: .*spec\.priority: Unsupported value: "Huge"/);
    expect(stdout).toMatch(/typo failed \(typo\.yaml: .*unknown field "spec\.promt"/);
    expect(stdout).toContain('good created');
  });

  it.skipIf(missing ?? (findKubectl() ? undefined : 'no kubectl'))(
    'by plain kubectl apply runs nothing either',
    async () => {
      const namespace = await namespaceWithAgent();
      const kubectl = kubectlFor(target.kubeconfigPath);
      const stopOperator = await target.startOperator();
      try {
        for (const name of RUNS) {
          const text = await readFile(join(source.exportDir, `investigations/default/${name}.yaml`), 'utf8');
          const applied = await kubectl(
            ['apply', '-f', '-'],
            text.replace('namespace: default', `namespace: ${namespace}`),
          );
          expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
          await target.until(namespace, name, isRestored);
        }
        await expectOnlyNewWork(namespace);
      } finally {
        await stopOperator();
      }
    },
  );

  it.skipIf(missing)('that lacks a right says which, and goes on from there once it is given', async () => {
    const namespace = await namespaceWithAgent();
    const allowed = { apiGroups: ['nannyai.dev'], resources: ['agents', 'investigations'], verbs: ['get', 'create'] };
    const kubeconfig = await kubeconfigOf(target, { namespace, name: 'mover' }, [allowed]);
    const halted = await nanny(importArgs(namespace, kubeconfig));
    expect(halted.exitCode).toBe(1);
    expect(halted.stdout).toContain(
      `Namespace ${namespace} unchanged (no right to create namespaces: it must be there)`,
    );
    expect(halted.stderr).toMatch(
      /investigations\/default\/ended\.yaml: .*cannot update resource "investigations\/status".*goes on from there \(Forbidden\)/,
    );
    const stopOperator = await target.startOperator();
    try {
      await target.until(namespace, 'ended', isRestored);
      expect((await nanny(importArgs(namespace))).exitCode).toBe(0);
      await expectArrived(namespace);
    } finally {
      await stopOperator();
    }
  });
});

/** A kubeconfig of somebody with a few rights in one namespace. */
async function kubeconfigOf(
  target: MoveTarget,
  metadata: { namespace: string; name: string },
  rules: object[],
): Promise<string> {
  const { client } = target;
  const { namespace, name } = metadata;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await client.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata });
  await client.raw('POST', `${rbac}/roles`, { metadata, rules });
  await client.raw('POST', `${rbac}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = (await client.raw('POST', path, { spec: {} })) as { status: { token: string } };
  const config = load(await readFile(target.kubeconfigPath, 'utf8')) as { users: { user: object }[] };
  const own = { ...config, users: config.users.map((user) => ({ ...user, user: { token: status.token } })) };
  const file = join(target.folder, `${namespace}-${name}.kubeconfig`);
  await writeFile(file, dump(own), { mode: 0o600 });
  return file;
}

function withoutGenerations(status: Investigation['status']): unknown {
  return JSON.parse(JSON.stringify(status), (key, value: unknown) =>
    key === 'observedGeneration' ? undefined : value,
  );
}

describe('an export', () => {
  it('holds each object once, in a file of its own, and no task', async () => {
    const files = await readdir(source.exportDir, { recursive: true });
    expect(files.filter((file) => file.endsWith('.yaml')).toSorted()).toEqual([
      'agents/default/web-1.yaml',
      ...RUNS.map((name) => `investigations/default/${name}.yaml`),
      'namespaces/default.yaml',
    ]);
  });

  it('is the same every time, as files and as a stream', async () => {
    const again = join(source.dataDir, '../again');
    const { exitCode, stderr } = await nanny(['standalone', 'export', '--data', source.dataDir, again]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('Exported');
    expect(stderr).toContain('Left behind: agenttasks 1; ');
    expect(await textsOf(again)).toEqual(await textsOf(source.exportDir));
    const { stdout } = await nanny(['standalone', 'export', '--data', source.dataDir]);
    const documents = loadAll(stdout).map((document) => JSON.stringify(document));
    const files = (await textsOf(source.exportDir)).map(([, text]) => JSON.stringify(load(text)));
    expect(documents.toSorted()).toEqual(files.toSorted());
  });

  it('that was killed leaves no target, and is done again', async () => {
    const folder = join(source.dataDir, '..');
    const target = join(folder, 'killed');
    const changes = watch(folder, { signal: AbortSignal.timeout(20_000) })[Symbol.asyncIterator]();
    const first = changes.next();
    const child = startNanny(['standalone', 'export', '--data', source.dataDir, target]);
    expect((await first).value).toMatchObject({ filename: expect.stringMatching(/^killed\.\w+\.partial$/) });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await changes.return?.();
    const left = (await readdir(folder)).filter((name) => name.startsWith('killed'));
    // Whole or not there: a quick machine may have been through.
    expect(left).toEqual([expect.stringMatching(/^killed(\.\w+\.partial)?$/)]);
    const { exitCode } = await nanny(['standalone', 'export', '--data', source.dataDir, `${target}-again`]);
    expect(exitCode).toBe(0);
    expect(await textsOf(`${target}-again`)).toEqual(await textsOf(source.exportDir));
  });

  it('goes through a pipe into a cluster', async () => {
    const target = await MoveTarget.start();
    try {
      const { stdout } = await nanny(['standalone', 'export', '--data', source.dataDir]);
      const { exitCode } = await nanny(['import', '--kubeconfig', target.kubeconfigPath, '-'], stdout);
      expect(exitCode).toBe(0);
      expect((await target.run('default', 'ended')).status?.phase).toBe('Completed');
    } finally {
      await target.close();
    }
  });

  it.each([
    ['no data folder', ['--data', '/nowhere', '/nowhere/out'], 1, 'NoDataFolder'],
    ['no --data', ['out'], 2, '--data must name'],
    ['a second word', ['--data', 'x', 'a', 'b'], 2, "unexpected word 'b'"],
  ])('refuses %s', async (_, args, status, words) => {
    const { exitCode, stderr } = await nanny(['standalone', 'export', ...args]);
    expect([exitCode, stderr]).toEqual([status, expect.stringContaining(words)]);
  });

  it('refuses a target that is not empty and leaves it as it was', async () => {
    const before = await textsOf(source.exportDir);
    const { exitCode, stderr } = await nanny(['standalone', 'export', '--data', source.dataDir, source.exportDir]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('TargetNotEmpty')]);
    expect(await textsOf(source.exportDir)).toEqual(before);
  });
});

async function textsOf(folder: string): Promise<[file: string, text: string][]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.yaml')).toSorted();
  return Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as [string, string]));
}
