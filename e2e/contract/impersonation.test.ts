import type { RawAnswer } from '@nannyapi/standalone/testing';
import { expect, it, vi } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const LATE = { timeout: 20_000, interval: 50 };

type Headers = Record<string, string>;

onEachServer((server) => {
  const whoIs = async (headers: Headers, token = server.adminToken): Promise<RawAnswer> =>
    await server.raw.send('POST', SELF, { body: {}, headers, token });

  /** The token of a new account with some rights everywhere. */
  const agentWith = async (rules: object[]): Promise<{ token: string; user: string }> => {
    const namespace = await server.createNamespace();
    const name = uniqueName('agent');
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await server.raw.send('POST', accounts, { body: { metadata: { name: 'agent' } } });
    await server.raw.send('POST', `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
    await server.raw.send('POST', `${RBAC}/clusterrolebindings`, {
      body: {
        metadata: { name },
        roleRef: { kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace }],
      },
    });
    const { body } = await server.raw.send('POST', `${accounts}/agent/token`, { body: {} });
    return { token: body.status.token, user: `system:serviceaccount:${namespace}:agent` };
  };

  it.each<[string, Headers, object]>([
    ['a user', { 'Impersonate-User': 'github:12' }, { username: 'github:12', groups: ['system:authenticated'] }],
    [
      'a user of groups',
      { 'Impersonate-User': 'a', 'Impersonate-Group': 'staff' },
      { username: 'a', groups: ['staff', 'system:authenticated'] },
    ],
    [
      'a user with a uid and more',
      { 'Impersonate-User': 'a', 'Impersonate-Uid': 'u-1', 'Impersonate-Extra-Example.com%2fScope': 'all' },
      { username: 'a', uid: 'u-1', groups: ['system:authenticated'], extra: { 'example.com/scope': ['all'] } },
    ],
    [
      'a ServiceAccount',
      { 'Impersonate-User': 'system:serviceaccount:default:default' },
      {
        username: 'system:serviceaccount:default:default',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    ],
    [
      'a ServiceAccount with groups of its own',
      { 'Impersonate-User': 'system:serviceaccount:default:default', 'Impersonate-Group': 'x' },
      { username: 'system:serviceaccount:default:default', groups: ['x', 'system:authenticated'] },
    ],
    [
      'an account whose name is none',
      { 'Impersonate-User': 'system:serviceaccount:Default:x' },
      { username: 'system:serviceaccount:Default:x', groups: ['system:authenticated'] },
    ],
    [
      'a user in a group that may do everything',
      { 'Impersonate-User': 'a', 'Impersonate-Group': 'system:masters' },
      { username: 'a', groups: ['system:masters', 'system:authenticated'] },
    ],
  ])('lets the admin be %s', async (_what, headers, userInfo) => {
    const { code, body } = await whoIs(headers);
    expect([code, body.status?.userInfo]).toEqual([201, userInfo]);
  });

  it('gives the rights of that user and no others', async () => {
    const headers = { 'Impersonate-User': 'nobody-special' };
    const answer = await server.raw.send('GET', '/api/v1/secrets', { headers });
    expect([answer.code, answer.body.message]).toEqual([
      403,
      'secrets is forbidden: User "nobody-special" cannot list resource "secrets" in API group "" at the cluster scope',
    ]);
  });

  it('quotes names as they are', async () => {
    const headers = { 'Impersonate-User': 'a "b" <c>\t\\' };
    const { body } = await server.raw.send('GET', '/api/v1/secrets', { headers });
    expect(body.message).toBe(
      'secrets is forbidden: User "a \\"b\\" &lt;c&gt;\\t\\\\" cannot list resource "secrets" in API group "" at the cluster scope',
    );
  });

  it('knows the anonymous user for unknown', async () => {
    const answer = await whoIs({ 'Impersonate-User': 'system:anonymous' });
    expect([answer.code, answer.body.message]).toEqual([
      403,
      'selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope',
    ]);
    const groups = { 'Impersonate-User': 'a', 'Impersonate-Group': 'system:unauthenticated' };
    expect((await whoIs(groups)).code).toBe(403);
  });

  it.each<[Headers]>([
    [{ 'Impersonate-Group': 'a' }],
    [{ 'Impersonate-Uid': 'a' }],
    [{ 'Impersonate-Extra-A': 'b' }],
    [{ 'Impersonate-User': '', 'Impersonate-Group': 'a' }],
  ])('refuses %j, which names no user', async (headers) => {
    const answer = await whoIs(headers);
    expect([answer.code, answer.body.reason]).toEqual([400, 'BadRequest']);
    expect(answer.body.message).toMatch(/^requested .* without impersonating a user name$/);
  });

  it('takes no heed of an empty user', async () => {
    expect((await whoIs({ 'Impersonate-User': '' })).body.status.userInfo.username).toBe('admin');
  });

  it('refuses whoever has no right to be another, and names the first right that lacks', async () => {
    const { token, user } = await agentWith([]);
    const answer = await whoIs({ 'Impersonate-User': 'boss' }, token);
    expect([answer.code, answer.body.message]).toEqual([
      403,
      `selfsubjectreviews.authentication.k8s.io is forbidden: User "${user}" cannot impersonate-on:user-info:create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope`,
    ]);
    const anonymous = await whoIs({ 'Impersonate-User': 'boss' }, '');
    expect(anonymous.code).toBe(403);
  });

  it('lets be whom the old verb names, and nobody else', async () => {
    const { token } = await agentWith([
      { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['alice'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['staff'] },
      { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['uids'], resourceNames: ['u-1'] },
      {
        verbs: ['impersonate'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/scope'],
        resourceNames: ['small'],
      },
    ]);
    const codeOf = async (headers: Headers): Promise<number> => (await whoIs(headers, token)).code;
    await vi.waitFor(async () => expect(await codeOf({ 'Impersonate-User': 'alice' })).toBe(201), LATE);
    const alice = { 'Impersonate-User': 'alice' };
    expect(
      await codeOf({
        ...alice,
        'Impersonate-Group': 'staff',
        'Impersonate-Uid': 'u-1',
        'Impersonate-Extra-Scope': 'small',
      }),
    ).toBe(201);
    expect(await codeOf({ 'Impersonate-User': 'bob' })).toBe(403);
    expect(await codeOf({ ...alice, 'Impersonate-Group': 'system:masters' })).toBe(403);
    expect(await codeOf({ ...alice, 'Impersonate-Uid': 'u-2' })).toBe(403);
    expect(await codeOf({ ...alice, 'Impersonate-Extra-Scope': 'all' })).toBe(403);
    expect(await codeOf({ ...alice, 'Impersonate-Extra-Other': 'small' })).toBe(403);
    expect(await codeOf({ 'Impersonate-User': 'system:serviceaccount:default:default' })).toBe(403);
  });

  it('lets be somebody for some requests only, by the constrained verbs', async () => {
    const { token, user } = await agentWith([
      { verbs: ['impersonate:user-info'], apiGroups: ['authentication.k8s.io'], resources: ['users', 'groups'] },
      {
        verbs: ['impersonate-on:user-info:create'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['selfsubjectreviews'],
      },
    ]);
    const alice = { 'Impersonate-User': 'alice' };
    await vi.waitFor(async () => expect((await whoIs(alice, token)).code).toBe(201), LATE);
    expect((await whoIs({ ...alice, 'Impersonate-Group': 'staff' }, token)).code).toBe(201);
    const list = await server.raw.send('GET', '/api/v1/secrets', { token, headers: alice });
    expect([list.code, list.body.message]).toEqual([
      403,
      `secrets is forbidden: User "${user}" cannot impersonate-on:user-info:list resource "secrets" in API group "" at the cluster scope`,
    ]);
    const master = await whoIs({ ...alice, 'Impersonate-Group': 'system:masters' }, token);
    expect([master.code, master.body.message]).toEqual([
      403,
      `groups.authentication.k8s.io "system:masters" is forbidden: User "${user}" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed`,
    ]);
    expect((await whoIs({ 'Impersonate-User': 'system:serviceaccount:default:default' }, token)).code).toBe(403);
    expect((await whoIs({ 'Impersonate-User': 'system:node:n1' }, token)).code).toBe(403);
  });

  it('tells nodes and accounts from other users in the constrained modes', async () => {
    const { token } = await agentWith([
      {
        verbs: ['impersonate:arbitrary-node'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['nodes'],
        resourceNames: ['n1'],
      },
      { verbs: ['impersonate:serviceaccount'], apiGroups: ['authentication.k8s.io'], resources: ['serviceaccounts'] },
      {
        verbs: ['impersonate-on:arbitrary-node:create', 'impersonate-on:serviceaccount:create'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['selfsubjectreviews'],
      },
    ]);
    const node = { 'Impersonate-User': 'system:node:n1' };
    await vi.waitFor(async () => expect((await whoIs(node, token)).code).toBe(201), LATE);
    expect((await whoIs(node, token)).body.status.userInfo.groups).toEqual(['system:nodes', 'system:authenticated']);
    const account = await whoIs({ 'Impersonate-User': 'system:serviceaccount:default:default' }, token);
    expect(account.body.status.userInfo.groups).toContain('system:serviceaccounts:default');
    expect((await whoIs({ 'Impersonate-User': 'system:node:n2' }, token)).code).toBe(403);
    expect((await whoIs({ ...node, 'Impersonate-Group': 'system:nodes' }, token)).code).toBe(403);
    expect((await whoIs({ 'Impersonate-User': 'alice' }, token)).code).toBe(403);
  });
});
