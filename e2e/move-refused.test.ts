/** What an import that cannot succeed says, and that it leaves nothing behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOwnCrds, startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanny } from './system/nanny.ts';

const AGENT = 'apiVersion: nannyai.dev/v1alpha1\nkind: Agent\nmetadata: {name: web-1, namespace: default}\nspec: {}\n';

let folder: string;
let empty: TestApiServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-refused-'));
  empty = await startTestApiServer({ crds: [] });
  await writeFile(join(folder, 'agent.yaml'), AGENT);
});
afterAll(async () => {
  await empty.close();
  await rm(folder, { recursive: true, force: true });
});

const importTo = (kubeconfig: string, ...more: string[]) =>
  nanny(['import', '--kubeconfig', kubeconfig, join(folder, 'agent.yaml'), ...more]);

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

function kubeconfig(server: string): string {
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'home', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'home',
  });
}

describe('nanny import', () => {
  it.each<[args: string[], words: string]>([
    [['x'], '--kubeconfig must name'],
    [['--kubeconfig', 'x'], 'PATH must name an export'],
    [['--kubeconfig', 'x', 'a', 'b'], "unexpected word 'b'"],
    [
      ['--kubeconfig', 'x', '--namespace', 'A/B', 'y'],
      "--namespace must be a DNS label of up to 63 characters, not 'A/B'",
    ],
    [['--kubeconfg', 'x', 'y'], "Unknown option '--kubeconfg'"],
  ])('refuses the command line %j', async (args, words) => {
    const { exitCode, stderr } = await nanny(['import', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  it('asks for the kinds where there are none, and says how to install them', async () => {
    const { exitCode, stderr } = await importTo(empty.kubeconfigPath);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/does not serve nannyai\.dev.*kubectl apply -f crds\/v1alpha1 \(KindsMissing\)/),
    ]);
  });

  it('refuses a cluster with another version of the kinds', async () => {
    const text = JSON.stringify(await readOwnCrds()).replaceAll('"v1alpha1"', '"v1beta1"');
    const other = await startTestApiServer({ crds: JSON.parse(text) as unknown[] });
    try {
      const { exitCode, stderr } = await importTo(other.kubeconfigPath);
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(
          /serves nannyai\.dev\/v1beta1 only; .* imports nannyai\.dev\/v1alpha1 \(KindsOtherVersion\)/,
        ),
      ]);
    } finally {
      await other.close();
    }
  });

  it('names an address where nobody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const { exitCode, stderr } = await importTo(await file('nobody', kubeconfig(`https://127.0.0.1:${port}`)));
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`ECONNREFUSED.*127.0.0.1:${port} \\(ConnectionFailed\\)`)),
    ]);
  });

  it('says that the cluster knows the caller not', async () => {
    const { exitCode, stderr } = await importTo(await file('stranger', kubeconfig(empty.url)));
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('(Unauthorized)')]);
  });

  it.each<[string, string, string[], string]>([
    ['no-yaml', '{', [], 'KubeconfigUnusable'],
    ['no-cluster', 'apiVersion: v1\nkind: Config\n', [], 'KubeconfigUnusable'],
    [
      'no-context',
      kubeconfig('https://127.0.0.1:1'),
      ['--context', 'away'],
      "it has no context 'away'; it has home (KubeconfigUnusable)",
    ],
  ])('refuses the kubeconfig %s', async (name, content, args, words) => {
    const { exitCode, stderr } = await importTo(await file(name, content), ...args);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a kubeconfig and an export that are not there', async () => {
    expect(await importTo(join(folder, 'nowhere'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/ENOENT.*KubeconfigUnusable/),
    });
    const absent = await nanny(['import', '--kubeconfig', empty.kubeconfigPath, join(folder, 'nowhere')]);
    expect(absent).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/ENOENT.*ExportUnreadable/) });
  });

  it('reads everything before it writes anything', async () => {
    const server = await startTestApiServer();
    try {
      const text = `${AGENT}---\n${AGENT.replace('Agent', 'Pod').replace('web-1', 'x')}`;
      const { exitCode, stderr } = await nanny(['import', '--kubeconfig', server.kubeconfigPath, '-'], text);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(
        "standard input, document 2: kind 'Pod' of nannyai.dev/v1alpha1 is none that import takes",
      );
      const { items } = (await server.client.raw('GET', '/apis/nannyai.dev/v1alpha1/agents')) as { items: unknown[] };
      expect(items).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
