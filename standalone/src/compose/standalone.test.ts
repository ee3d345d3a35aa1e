/** A control plane of one machine in this process: who may do what, where it is served, what outlives a restart. */
import { readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { loadAll } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOwnCrds } from '../../testing/own-crds.ts';
import { issueServerCertificate, makeAuthority } from '../tls/certificate-authority.ts';
import { startStandalone, type Standalone, type StandaloneOptions } from './standalone.ts';

const ACCESS = join(import.meta.dirname, '../../../crds/access');
const OTHER = '127.0.0.2';
const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';

let dataDir: string;
let running: Standalone | undefined;
let admin: KubeClient;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'standalone-'));
});
afterEach(async () => {
  await stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<StandaloneOptions> = {}): Promise<Standalone> {
  const log = createLogger({ name: 'test', level: 'silent' });
  running = await startStandalone({
    dataDir,
    port: 0,
    facadePort: 0,
    kubeconfigPath: join(dataDir, 'kubeconfig'),
    crds: await readOwnCrds(),
    access: readdirSync(ACCESS).flatMap((file) => loadAll(readFileSync(join(ACCESS, file), 'utf8'))),
    apiServerOnly: false,
    env: {},
    clock: systemClock,
    log,
    ...options,
  });
  admin = createKubeClient({ kubeconfigPath: join(dataDir, 'kubeconfig'), userAgent: 'test', log });
  return running;
}

async function stop(): Promise<void> {
  await admin?.close();
  await running?.close();
  running = undefined;
}

interface Seen {
  status: number;
  body: { code?: string; url?: string; name?: string };
}

/** Calls without a belief in any authority: the test looks at what is shown. */
async function call(url: string, { method = 'GET', token = '' } = {}): Promise<Seen> {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const outgoing = request(url, { method, headers, rejectUnauthorized: false, agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = (await response.setEncoding('utf8').toArray()).join('');
  return { status: response.statusCode ?? 0, body: text === '' ? {} : (JSON.parse(text) as object) };
}

async function mayDo(user: string, attributes: object): Promise<boolean> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  const answer = await admin.raw('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    ...review,
    spec: { user, resourceAttributes: attributes },
  });
  return (answer as { status: { allowed: boolean } }).status.allowed;
}

describe('a control plane of one machine', () => {
  it('makes login links for its admin, and for nobody else', async () => {
    const { facadeUrl = '', adminToken, publicURL } = await start();
    const path = `${facadeUrl}/api/v1/login-links`;
    await vi.waitFor(async () =>
      expect((await call(`${facadeUrl}/api/v1/me`, { token: adminToken })).status).toBe(200),
    );
    const made = await call(path, { method: 'POST', token: adminToken });
    expect(made).toMatchObject({
      status: 201,
      body: { url: expect.stringContaining(`${publicURL?.origin}/login/link`) },
    });
    expect((await call(path, { method: 'POST', token: `${adminToken}x` })).status).toBe(401);
    await admin.raw('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'dev' } });
    await admin.raw('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'dev' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'nannyapi-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'dev', namespace: 'default' }],
    });
    const issued = await admin.raw('POST', '/api/v1/namespaces/default/serviceaccounts/dev/token', { spec: {} });
    const { token } = (issued as { status: { token: string } }).status;
    // All that the role of admins gives is not enough.
    expect(await call(path, { method: 'POST', token })).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });

  it('runs facade and operator with the rights that they would have on a cluster', async () => {
    await start();
    const [api, operator] = ['api', 'operator'].map((part) => `system:serviceaccount:nannyapi:nannyapi-${part}`);
    const create = { group: 'nannyai.dev', resource: 'agenttasks', verb: 'create', namespace: 'default' };
    expect(await mayDo(operator ?? '', create)).toBe(true);
    expect(await mayDo(api ?? '', create)).toBe(false);
    for (const user of [api ?? '', operator ?? ''])
      expect(await mayDo(user, { group: '', resource: 'secrets', verb: 'list' })).toBe(false);
  });

  it('puts shipped roles back in place at each start, and leaves those of the admin alone', async () => {
    await start();
    await admin.raw('DELETE', `${ROLES}/nannyapi-viewer`);
    const own = { apiGroups: ['nannyai.dev'], resources: ['agents'], verbs: ['get'] };
    await admin.raw('POST', ROLES, { metadata: { name: 'own' }, rules: [own] });
    await stop();
    await start();
    expect(await admin.raw('GET', `${ROLES}/nannyapi-viewer`)).toMatchObject({ kind: 'ClusterRole' });
    expect(await admin.raw('GET', `${ROLES}/own`)).toMatchObject({ rules: [own] });
  });

  it('shows other machines the certificate that was given, and this one its own', async () => {
    const authority = await makeAuthority(new Date());
    const given = await issueServerCertificate(authority, [OTHER], new Date());
    const certificateFiles = { certPath: join(dataDir, 'given.crt'), keyPath: join(dataDir, 'given.key') };
    await writeFile(certificateFiles.certPath, given.certPem);
    await writeFile(certificateFiles.keyPath, given.keyPem);
    for (const host of [OTHER, '0.0.0.0']) {
      const { facadeUrl = '', publicURL } = await start({ listen: [{ host }], certificateFiles });
      const port = publicURL?.port ?? '';
      const [shown, own] = await Promise.all([shownAt(`https://${OTHER}:${port}`), shownAt(facadeUrl)]);
      expect(shown).toBe(given.certPem.trim());
      expect(own).not.toBe(shown);
      await stop();
    }
  });
});

/** The certificate that a listener shows, PEM. */
async function shownAt(url: string): Promise<string> {
  const outgoing = request(url, { rejectUnauthorized: false, agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  const { raw } = (response.socket as TLSSocket).getPeerCertificate();
  const base64 = raw.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`;
}
