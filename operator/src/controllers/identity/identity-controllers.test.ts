import {
  AgentCredentialResource,
  AgentResource,
  API_VERSION,
  DeviceCodeResource,
  EnrollmentTokenResource,
  UserResource,
  type Agent,
  type AgentCredential,
  type DeviceCode,
  type EnrollmentToken,
  type User,
} from '@nannyapi/crds';
import { isKubeError, type KubeObject, type ResourceClient } from '@nannyapi/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestWorld } from '../../../testing/test-world.ts';

const HASH = `sha256:${'a'.repeat(64)}`;
const KEY = 'x'.repeat(43);

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
  world.startScripted([]);
});
afterEach(() => world.close());

const agents = () => world.server.client.resource<Agent>(AgentResource);
const credentials = () => world.server.client.resource<AgentCredential>(AgentCredentialResource);

async function credentialOf(agent: Agent, name: string): Promise<AgentCredential> {
  const { namespace = '', name: agentName = '', uid = '' } = agent.metadata;
  return credentials().create({
    apiVersion: API_VERSION,
    kind: 'AgentCredential',
    metadata: { namespace: 'default', name },
    spec: { agentRef: { namespace, name: agentName }, agentUID: uid, keyThumbprint: KEY },
  });
}

function isGone<T extends KubeObject>(client: ResourceClient<T>, name: string): Promise<boolean> {
  return client.get({ namespace: 'default', name }).then(
    () => false,
    (error: unknown) => isKubeError(error, 'NotFound'),
  );
}

async function reasonOf<T extends KubeObject>(client: ResourceClient<T>, name: string): Promise<string | undefined> {
  const object = await client.get({ namespace: 'default', name });
  const { conditions = [] } = (object as { status?: { conditions?: { type: string; reason: string }[] } }).status ?? {};
  return conditions.find(({ type }) => type === 'Ready')?.reason;
}

it('takes the credential of an Agent away with the Agent, and no other', async () => {
  const metadata = { namespace: 'default', name: 'web-1' };
  const agent = await agents().create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
  const other = await agents().create({
    apiVersion: API_VERSION,
    kind: 'Agent',
    metadata: { ...metadata, name: 'web-2' },
    spec: {},
  });
  await credentialOf(agent, 'first');
  await credentialOf(other, 'second');
  await vi.waitFor(async () => expect(await reasonOf(credentials(), 'first')).toBe('Active'), 10_000);
  await agents().delete(metadata);
  await vi.waitFor(async () => expect(await isGone(credentials(), 'first')).toBe(true), 10_000);
  expect(await reasonOf(credentials(), 'second')).toBe('Active');
});

it('takes away the credential of an Agent that was made anew under its name', async () => {
  const metadata = { namespace: 'default', name: 'web-1' };
  const create = () => agents().create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
  const first = await create();
  await agents().delete(metadata);
  await create();
  await credentialOf(first, 'stale');
  await vi.waitFor(async () => expect(await isGone(credentials(), 'stale')).toBe(true), 10_000);
});

it('says that a credential was revoked, and does not take that back', async () => {
  const metadata = { namespace: 'default', name: 'web-1' };
  const agent = await agents().create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
  await credentialOf(agent, 'revoked');
  const ref = { namespace: 'default', name: 'revoked' };
  await credentials().patch(ref, { spec: { access: 'Revoked' } });
  await vi.waitFor(async () => expect(await reasonOf(credentials(), 'revoked')).toBe('Revoked'), 10_000);
  await expect(credentials().patch(ref, { spec: { access: 'Enabled' } })).rejects.toThrow('enrol the host again');
});

it('deletes codes that ended an hour ago, and keeps those that did not', async () => {
  const codes = world.server.client.resource<DeviceCode>(DeviceCodeResource);
  const codeEnding = (name: string, agoMinutes: number) =>
    codes.create({
      apiVersion: API_VERSION,
      kind: 'DeviceCode',
      metadata: { namespace: 'default', name },
      spec: {
        client: 'Agent',
        deviceCodeHash: HASH,
        userCodeHash: `hmac-${HASH}`,
        address: '192.0.2.1',
        intervalSeconds: 5,
        expirationTime: new Date(Date.now() - agoMinutes * 60_000).toISOString(),
      },
    });
  await codeEnding('dc-old', 61);
  await codeEnding('dc-recent', 30);
  await vi.waitFor(async () => expect(await isGone(codes, 'dc-old')).toBe(true), 10_000);
  expect(await isGone(codes, 'dc-recent')).toBe(false);
});

it('says what an install token is good for, and who may log in', async () => {
  const tokens = world.server.client.resource<EnrollmentToken>(EnrollmentTokenResource);
  const expirationTime = new Date(Date.now() + 3_600_000).toISOString();
  await tokens.create({
    apiVersion: API_VERSION,
    kind: 'EnrollmentToken',
    metadata: { namespace: 'default', name: 'rack-7' },
    spec: { tokenHash: HASH, agentNamespace: 'default', expirationTime },
  });
  const users = world.server.client.resource<User>(UserResource);
  await users.create({
    apiVersion: API_VERSION,
    kind: 'User',
    metadata: { name: 'github-0' },
    spec: { provider: 'github', subject: '1', access: 'Disabled' },
  });
  await vi.waitFor(async () => expect(await reasonOf(tokens, 'rack-7')).toBe('Usable'), 10_000);
  await tokens.patchStatus({ namespace: 'default', name: 'rack-7' }, { status: { uses: 1 } });
  await vi.waitFor(async () => expect(await reasonOf(tokens, 'rack-7')).toBe('UsedUp'), 10_000);
  await vi.waitFor(async () => expect(await reasonOf(users, 'github-0')).toBe('Disabled'), 10_000);
});
