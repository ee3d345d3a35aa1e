import { randomBytes } from 'node:crypto';
import { createLogger } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { RawClient } from '@nannyapi/standalone/testing';
import { afterAll, describe, inject, vi } from 'vitest';
import type { ServerAccess } from './global-setup.ts';

/** One of the servers that must agree. Other test files use it at the same time: each test takes names of its own. */
export interface ContractServer extends ServerAccess {
  name: 'standalone' | 'kube-apiserver';
  /** Plain HTTPS as the admin. */
  raw: RawClient;
  /** Our own client as the admin. */
  client: KubeClient;
  /** Creates a namespace that no other test uses; it goes with the servers. */
  createNamespace(): Promise<string>;
  /** Creates a CRD and waits until it is served. */
  createCrd(crd: object): Promise<void>;
}

/**
 * Runs a suite against standalone and against a real kube-apiserver; where there is none, its half is left out by name.
 *
 * The suite must not ask which server it has: where the two disagree, standalone is wrong.
 */
export function onEachServer(suite: (server: ContractServer) => void): void {
  const { standalone, kube } = inject('contractServers');
  describe('on standalone', () => {
    suite(connect('standalone', standalone));
  });
  const leftOut = 'missing' in kube ? kube.missing : undefined;
  describe.skipIf(leftOut !== undefined)(`on kube-apiserver${leftOut === undefined ? '' : ` (${leftOut})`}`, () => {
    suite(connect('kube-apiserver', 'missing' in kube ? NOWHERE : kube));
  });
}

/** Stands where tests are collected but not run. */
const NOWHERE: ServerAccess = { url: 'https://127.0.0.1:1', caPem: '', adminToken: '', kubeconfigPath: '' };

/** A name that no other test has, fit for a namespace, an object or the first label of an API group. */
export function uniqueName(prefix = 'c'): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}

function connect(name: ContractServer['name'], access: ServerAccess): ContractServer {
  const raw = new RawClient(access);
  const { url, caPem, adminToken } = access;
  const log = createLogger({ name: 'contract', level: 'warn' });
  const client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'contract', log });
  afterAll(async () => {
    raw.close();
    await client.close();
  });
  return {
    ...access,
    name,
    raw,
    client,
    createNamespace: async () => {
      const namespace = uniqueName('contract');
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      await must(raw, 'POST', '/api/v1/namespaces', body);
      return namespace;
    },
    createCrd: async (crd) => await createCrd(raw, crd),
  };
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function createCrd(raw: RawClient, crd: object): Promise<void> {
  const created = await must(raw, 'POST', CRDS, crd);
  const { metadata, spec } = created.body as {
    metadata: { name: string };
    spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
  };
  const version = spec.versions.find(({ served }) => served)?.name ?? '';
  await vi.waitFor(
    async () => {
      const { body } = await raw.send('GET', `${CRDS}/${metadata.name}`);
      const established = body.status?.conditions?.find(({ type }: { type: string }) => type === 'Established');
      if (established?.status !== 'True') throw new Error(`not established: ${JSON.stringify(body.status)}`);
      // A kube-apiserver serves a kind some milliseconds after it has said so.
      await must(raw, 'GET', `/apis/${spec.group}/${version}/${spec.names.plural}`);
    },
    { timeout: 20_000, interval: 20 },
  );
}

async function must(
  raw: RawClient,
  method: string,
  path: string,
  body?: object,
): Promise<Awaited<ReturnType<RawClient['send']>>> {
  const answer = await raw.send(method, path, body === undefined ? {} : { body });
  if (answer.code >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer;
}
