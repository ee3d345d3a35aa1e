import { expect, it, vi } from 'vitest';
import { createPerson, grant, RBAC, rbacIn, type Person, type Rule } from './fixtures/people.ts';
import { onEachServer, uniqueName } from './servers.ts';

const GROUP = 'rbac.authorization.k8s.io';
const WRITE_ROLES: Rule = {
  verbs: ['create', 'update', 'patch', 'get'],
  apiGroups: [GROUP],
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
};
const READ_MAPS: Rule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] };
const READ_SECRETS: Rule = { verbs: ['list', 'get'], apiGroups: [''], resources: ['secrets'] };
const MERGE = { 'content-type': 'application/merge-patch+json' };

onEachServer((server) => {
  const roleOf = (rules: Rule[], name = uniqueName('role')): object => ({ metadata: { name }, rules });
  const refusal = (person: Person, what: string, ...rules: string[]): string =>
    `${what} is forbidden: user "${person.name}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${rules.join('\n')}`;

  it('lets people give what they have themselves, and nothing else', async () => {
    const base = rbacIn(await server.createNamespace());
    const person = await createPerson(server, [WRITE_ROLES, READ_MAPS]);
    expect((await person.send('POST', `${base}/roles`, roleOf([READ_MAPS]))).code).toBe(201);
    const narrower = { ...READ_MAPS, verbs: ['get'], resourceNames: ['a'] };
    expect((await person.send('POST', `${base}/roles`, roleOf([narrower]))).code).toBe(201);
    const answer = await person.send('POST', `${base}/roles`, roleOf([READ_MAPS, READ_SECRETS], 'r'));
    expect([answer.code, answer.body.message]).toEqual([
      403,
      refusal(person, `roles.${GROUP} "r"`, '{APIGroups:[""], Resources:["secrets"], Verbs:["list" "get"]}'),
    ]);
  });

  it.each<[string, Rule[], string[]]>([
    [
      'each name by itself',
      [{ ...READ_MAPS, resources: ['secrets'], resourceNames: ['a', 'b'] }],
      [
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get" "list"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get" "list"]}',
      ],
    ],
    [
      'a star, which is more than all there is',
      [{ verbs: ['*'], apiGroups: [''], resources: ['configmaps'] }],
      ['{APIGroups:[""], Resources:["configmaps"], Verbs:["*"]}'],
    ],
    [
      'groups and resources in all their pairs',
      [{ verbs: ['get'], apiGroups: ['a', 'b'], resources: ['x', 'y/z'] }],
      [
        '{APIGroups:["a"], Resources:["x"], Verbs:["get"]}',
        '{APIGroups:["a"], Resources:["y/z"], Verbs:["get"]}',
        '{APIGroups:["b"], Resources:["x"], Verbs:["get"]}',
        '{APIGroups:["b"], Resources:["y/z"], Verbs:["get"]}',
      ],
    ],
    [
      'paths',
      [{ verbs: ['get', 'post'], nonResourceURLs: ['/logs/*', '/livez/ping'] }],
      [
        '{NonResourceURLs:["/livez/ping"], Verbs:["post"]}',
        '{NonResourceURLs:["/logs/*"], Verbs:["get"]}',
        '{NonResourceURLs:["/logs/*"], Verbs:["post"]}',
      ],
    ],
  ])('names what lacks: %s', async (_what, rules, lines) => {
    const person = await createPerson(server, [
      WRITE_ROLES,
      READ_MAPS,
      { verbs: ['get'], nonResourceURLs: ['/livez*'] },
    ]);
    const name = uniqueName('role');
    const answer = await person.send('POST', `${RBAC}/clusterroles`, roleOf(rules, name));
    expect([answer.code, answer.body.message]).toEqual([
      403,
      refusal(person, `clusterroles.${GROUP} "${name}"`, ...lines),
    ]);
  });

  it('holds for every way to write a role', async () => {
    const base = rbacIn(await server.createNamespace());
    const person = await createPerson(server, [WRITE_ROLES, READ_MAPS]);
    const role = roleOf([READ_SECRETS], 'r');
    expect((await person.send('PUT', `${base}/roles/r`, role)).code).toBe(403);
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const whole = { apiVersion: `${GROUP}/v1`, kind: 'Role', ...role };
    expect((await person.send('PATCH', `${base}/roles/r?fieldManager=m`, whole, apply)).code).toBe(403);
    expect((await person.send('POST', `${base}/roles?dryRun=All`, role)).code).toBe(403);
    await person.send('POST', `${base}/roles`, roleOf([READ_MAPS], 'r'));
    expect((await person.send('PUT', `${base}/roles/r`, role)).code).toBe(403);
    expect((await person.send('PATCH', `${base}/roles/r`, { rules: [READ_SECRETS] }, MERGE)).code).toBe(403);
    expect((await person.send('PATCH', `${base}/roles/r`, { rules: [READ_MAPS] }, MERGE)).code).toBe(200);
    const json = { 'content-type': 'application/json-patch+json' };
    const add = [{ op: 'add', path: '/rules/-', value: READ_SECRETS }];
    expect((await person.send('PATCH', `${base}/roles/r`, add, json)).code).toBe(403);
  });

  it('lets a role that somebody may not give be labelled by nobody else, but owned by anybody', async () => {
    const base = rbacIn(await server.createNamespace());
    await server.raw.send('POST', `${base}/roles`, { body: roleOf([READ_SECRETS], 'r') });
    const person = await createPerson(server, [WRITE_ROLES]);
    const labels = await person.send('PATCH', `${base}/roles/r`, { metadata: { labels: { a: 'b' } } }, MERGE);
    expect(labels.code).toBe(403);
    const owned = await person.send('PATCH', `${base}/roles/r`, { metadata: { finalizers: ['a.b/c'] } }, MERGE);
    expect(owned.code).toBe(200);
  });

  it('lets those write any role who may escalate it', async () => {
    const base = rbacIn(await server.createNamespace());
    const person = await createPerson(server, [
      WRITE_ROLES,
      { verbs: ['escalate'], apiGroups: [GROUP], resources: ['roles'], resourceNames: ['r'] },
    ]);
    // A create names nothing in its path, so that a right to one name is none to create.
    expect((await person.send('POST', `${base}/roles`, roleOf([READ_SECRETS], 'r'))).code).toBe(403);
    expect((await person.send('PUT', `${base}/roles/r`, roleOf([READ_SECRETS], 'r'))).code).toBe(201);
    expect((await person.send('PUT', `${base}/roles/s`, roleOf([READ_SECRETS], 's'))).code).toBe(403);
  });

  it('lets people bind what they have, or what they may bind', async () => {
    const namespace = await server.createNamespace();
    const base = rbacIn(namespace);
    await server.raw.send('POST', `${base}/roles`, { body: roleOf([READ_SECRETS], 'secrets') });
    await server.raw.send('POST', `${base}/roles`, { body: roleOf([READ_MAPS], 'maps') });
    const person = await createPerson(server, [WRITE_ROLES, READ_MAPS]);
    const bindingOf = (kind: string, role: string, name = uniqueName('b')): object => ({
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind, name: role },
      subjects: [{ kind: 'User', name: person.name }],
    });
    const bind = async (kind: string, role: string): Promise<number> =>
      (await person.send('POST', `${base}/rolebindings`, bindingOf(kind, role))).code;
    await vi.waitFor(async () => expect(await bind('Role', 'maps')).toBe(201), { timeout: 20_000, interval: 50 });
    const refused = await person.send('POST', `${base}/rolebindings`, bindingOf('Role', 'secrets', 'b'));
    expect([refused.code, refused.body.message]).toEqual([
      403,
      refusal(person, `rolebindings.${GROUP} "b"`, '{APIGroups:[""], Resources:["secrets"], Verbs:["list" "get"]}'),
    ]);
    expect(await bind('ClusterRole', 'cluster-admin')).toBe(403);
    const missing = await person.send('POST', `${base}/rolebindings`, bindingOf('Role', 'no-such-role'));
    expect([missing.code, missing.body.message]).toEqual([404, `rolebindings.${GROUP} "no-such-role" not found`]);
    await grant(
      server,
      person.name,
      [{ verbs: ['bind'], apiGroups: [GROUP], resources: ['roles'], resourceNames: ['secrets', 'no-such-role'] }],
      namespace,
    );
    expect(await bind('Role', 'secrets')).toBe(201);
    expect(await bind('Role', 'no-such-role')).toBe(201);
    expect(await bind('ClusterRole', 'cluster-admin')).toBe(403);
  });

  it('holds for bindings of the cluster, and for bindings that are changed', async () => {
    const person = await createPerson(server, [WRITE_ROLES]);
    const name = uniqueName('binding');
    const binding = { metadata: { name }, roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' } };
    expect((await person.send('POST', `${RBAC}/clusterrolebindings`, binding)).code).toBe(403);
    await server.raw.send('POST', `${RBAC}/clusterrolebindings`, { body: binding });
    const subjects = [{ kind: 'User', apiGroup: GROUP, name: person.name }];
    const path = `${RBAC}/clusterrolebindings/${name}`;
    expect((await person.send('PATCH', path, { subjects }, MERGE)).code).toBe(403);
    await grant(server, person.name, [
      { verbs: ['bind'], apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['view'] },
    ]);
    expect((await person.send('PATCH', path, { subjects }, MERGE)).code).toBe(200);
  });

  it('lets nobody gather rules who has not all of them', async () => {
    const person = await createPerson(server, [WRITE_ROLES]);
    const name = uniqueName('gatherer');
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [name]: 'yes' } }] };
    const role = { metadata: { name }, aggregationRule };
    const refused = await person.send('POST', `${RBAC}/clusterroles`, role);
    expect([refused.code, refused.body.message]).toEqual([
      403,
      `clusterroles.${GROUP} "${name}" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ]);
    await server.raw.send('POST', `${RBAC}/clusterroles`, { body: role });
    const off = await person.send('PATCH', `${RBAC}/clusterroles/${name}`, { aggregationRule: null }, MERGE);
    expect(off.code).toBe(403);
  });
});
