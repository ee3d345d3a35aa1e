import { expect, it, vi } from 'vitest';
import { createPerson, mayDo, personOf, RBAC, rbacIn, type Rule } from './fixtures/people.ts';
import { onEachServer, uniqueName } from './servers.ts';

const READ_MAPS: Rule = { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['configmaps'] };

onEachServer((server) => {
  it.each<[string, Rule, [string, string, number][]]>([
    [
      'verbs on a resource',
      READ_MAPS,
      [
        ['GET', 'configmaps', 200],
        ['GET', 'configmaps/a', 200],
        ['POST', 'configmaps', 403],
        ['PUT', 'configmaps/a', 403],
        ['PATCH', 'configmaps/a', 403],
        ['DELETE', 'configmaps/a', 403],
        ['DELETE', 'configmaps', 403],
        ['GET', 'secrets', 403],
      ],
    ],
    [
      'one name',
      { ...READ_MAPS, resourceNames: ['a'] },
      [
        ['GET', 'configmaps/a', 200],
        ['GET', 'configmaps/b', 403],
        ['GET', 'configmaps', 403],
        ['GET', 'configmaps?fieldSelector=metadata.name=a', 200],
        ['GET', 'configmaps?fieldSelector=metadata.name=b', 403],
      ],
    ],
    [
      'every resource of a group',
      { verbs: ['list'], apiGroups: [''], resources: ['*'] },
      [
        ['GET', 'configmaps', 200],
        ['GET', 'secrets', 200],
        ['GET', 'secrets/a', 403],
      ],
    ],
    [
      'every verb',
      { verbs: ['*'], apiGroups: [''], resources: ['configmaps'] },
      [
        ['GET', 'configmaps', 200],
        ['DELETE', 'configmaps', 200],
        ['GET', 'secrets', 403],
      ],
    ],
    [
      'a subresource',
      { verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] },
      [
        ['POST', 'serviceaccounts/default/token', 201],
        ['POST', 'serviceaccounts', 403],
      ],
    ],
    [
      'a subresource of everything',
      { verbs: ['create'], apiGroups: [''], resources: ['*/token'] },
      [
        ['POST', 'serviceaccounts/default/token', 201],
        ['POST', 'serviceaccounts', 403],
      ],
    ],
  ])('lets people do what a rule allows: %s', async (_what, rule, requests) => {
    const namespace = await server.createNamespace();
    const maps = `/api/v1/namespaces/${namespace}`;
    await server.raw.send('POST', `${maps}/configmaps`, { body: { metadata: { name: 'a' } } });
    await vi.waitFor(
      async () => expect((await server.raw.send('GET', `${maps}/serviceaccounts/default`)).code).toBe(200),
      { timeout: 20_000 },
    );
    const person = await createPerson(server, [rule], namespace);
    for (const [method, path, code] of requests) {
      const answer = await person.send(method, `${maps}/${path}`, method === 'GET' ? undefined : {});
      expect([method, path, answer.code]).toEqual([method, path, code]);
    }
    const elsewhere = await person.send('GET', '/api/v1/namespaces/default/configmaps');
    expect(elsewhere.code).toBe(403);
  });

  it('says who may not do what and where, whether or not it exists', async () => {
    const person = personOf(server, 'someone');
    const cases: [string, string, string][] = [
      [
        'GET',
        '/api/v1/configmaps',
        'configmaps is forbidden: User "someone" cannot list resource "configmaps" in API group "" at the cluster scope',
      ],
      [
        'GET',
        '/api/v1/namespaces/x/configmaps?watch=true',
        'configmaps is forbidden: User "someone" cannot watch resource "configmaps" in API group "" in the namespace "x"',
      ],
      [
        'GET',
        '/api/v1/namespaces/x/configmaps/y',
        'configmaps "y" is forbidden: User "someone" cannot get resource "configmaps" in API group "" in the namespace "x"',
      ],
      [
        'GET',
        '/api/v1/namespaces/x',
        'namespaces "x" is forbidden: User "someone" cannot get resource "namespaces" in API group "" in the namespace "x"',
      ],
      [
        'PUT',
        '/api/v1/namespaces/x/status',
        'namespaces "x" is forbidden: User "someone" cannot update resource "namespaces/status" in API group "" in the namespace "x"',
      ],
      [
        'DELETE',
        '/apis/coordination.k8s.io/v1/namespaces/x/leases',
        'leases.coordination.k8s.io is forbidden: User "someone" cannot deletecollection resource "leases" in API group "coordination.k8s.io" in the namespace "x"',
      ],
      [
        'PATCH',
        '/apis/nothing.example.com/v1/things/y/part',
        'things.nothing.example.com "y" is forbidden: User "someone" cannot patch resource "things/part" in API group "nothing.example.com" at the cluster scope',
      ],
      [
        'POST',
        '/apis/nothing.example.com/v1/a<b',
        'a<b.nothing.example.com is forbidden: User "someone" cannot create resource "a&lt;b" in API group "nothing.example.com" at the cluster scope',
      ],
      ['GET', '/metrics', 'forbidden: User "someone" cannot get path "/metrics"'],
      ['POST', '/logs/', 'forbidden: User "someone" cannot post path "/logs/"'],
    ];
    for (const [method, path, message] of cases) {
      const { code, body } = await person.send(method, encodeURI(path).replaceAll('%3F', '?'));
      expect([code, body.reason, body.message]).toEqual([403, 'Forbidden', message]);
    }
    const named = await person.send('GET', '/apis/coordination.k8s.io/v1/namespaces/x/leases/y');
    expect(named.body.details).toEqual({ name: 'y', group: 'coordination.k8s.io', kind: 'leases' });
    expect((await person.send('GET', '/metrics')).body.details).toEqual({});
  });

  it.each<[string, number]>([
    ['/healthz', 200],
    ['/livez', 200],
    ['/readyz', 200],
    ['/version', 200],
    ['/api', 403],
    ['/apis', 403],
    ['/openapi/v2', 403],
    ['/livez/ping', 403],
    ['/metrics', 403],
    ['/', 403],
    ['/api/v1/namespaces', 403],
  ])('answers %s to those who show nothing with %i', async (path, code) => {
    const answer = await server.raw.send('GET', path, { token: '' });
    const why = answer.body?.message ?? 'User "system:anonymous" cannot';
    expect([answer.code, why]).toEqual([code, expect.stringContaining('User "system:anonymous" cannot')]);
    const basic = await server.raw.send('GET', path, { token: '', headers: { authorization: 'Basic YTpi' } });
    expect(basic.code).toBe(code);
    expect((await server.raw.send('GET', path, { token: 'wrong' })).code).toBe(401);
  });

  it('lets everybody known find out what is served, and who it is', async () => {
    const person = personOf(server, uniqueName('known'));
    for (const path of ['/api', '/api/v1', '/apis', '/apis/coordination.k8s.io/v1', '/openapi/v3', '/version/']) {
      expect([path, (await person.send('GET', path)).code]).toEqual([path, 200]);
    }
    const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    const answer = await person.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    expect([answer.code, answer.body.status]).toEqual([201, { allowed: false }]);
    const other = await person.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
    expect(other.code).toBe(403);
  });

  it('gives a path by ClusterRole, and all below it by a star', async () => {
    const person = await createPerson(server, [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/readyz/*'] }]);
    expect((await person.send('GET', '/metrics')).code).toBe(200);
    expect((await person.send('GET', '/readyz/ping')).code).toBe(200);
    expect((await person.send('GET', '/livez/ping')).code).toBe(403);
    expect((await person.send('POST', '/metrics')).code).toBe(403);
  });

  it('takes rights away with the binding, the role or the rule', async () => {
    const namespace = await server.createNamespace();
    const base = rbacIn(namespace);
    const user = uniqueName('leaver');
    const may = async (): Promise<boolean> =>
      await mayDo(server, { user, resourceAttributes: { verb: 'list', resource: 'configmaps', namespace } });
    const binding = {
      metadata: { name: 'b' },
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: user }],
    };
    const role = { metadata: { name: 'r' }, rules: [READ_MAPS] };
    await server.raw.send('POST', `${base}/rolebindings`, { body: binding });
    for (const [taken, given] of [
      [
        ['DELETE', 'roles/r'],
        ['POST', 'roles', role],
      ],
      [
        ['PUT', 'roles/r', { ...role, rules: [] }],
        ['PUT', 'roles/r', role],
      ],
      [
        ['PUT', 'rolebindings/b', { ...binding, subjects: [] }],
        ['PUT', 'rolebindings/b', binding],
      ],
      [
        ['DELETE', 'rolebindings/b'],
        ['POST', 'rolebindings', binding],
      ],
    ] as const) {
      if ((await server.raw.send('GET', `${base}/roles/r`)).code === 404) {
        await server.raw.send('POST', `${base}/roles`, { body: role });
      }
      await vi.waitFor(async () => expect(await may()).toBe(true), { timeout: 20_000, interval: 20 });
      expect((await server.raw.send(taken[0], `${base}/${taken[1]}`, { body: taken[2] ?? {} })).code).toBe(200);
      await vi.waitFor(async () => expect(await may()).toBe(false), { timeout: 20_000, interval: 20 });
      expect((await server.raw.send(given[0], `${base}/${given[1]}`, { body: given[2] })).code).toBeLessThan(300);
    }
  });

  it('asks for the right to create where an update or apply turns out to create', async () => {
    const namespace = await server.createNamespace();
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const person = await createPerson(server, [
      { verbs: ['update', 'patch'], apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
    ]);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a' }, spec: {} };
    const message = `leases.coordination.k8s.io "a" is forbidden: User "${person.name}" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "${namespace}"`;
    const put = await person.send('PUT', `${leases}/a`, lease);
    expect([put.code, put.body.message]).toEqual([403, message]);
    const apply = await person.send('PATCH', `${leases}/a?fieldManager=m`, lease, {
      'content-type': 'application/apply-patch+yaml',
    });
    expect([apply.code, apply.body.message]).toEqual([403, message]);
  });

  it('has the roles of a new cluster', async () => {
    for (const name of [
      'cluster-admin',
      'admin',
      'edit',
      'view',
      'system:aggregate-to-admin',
      'system:aggregate-to-edit',
      'system:aggregate-to-view',
      'system:auth-delegator',
      'system:basic-user',
      'system:discovery',
      'system:public-info-viewer',
    ]) {
      const { code, body } = await server.raw.send('GET', `${RBAC}/clusterroles/${name}`);
      expect([name, code]).toEqual([name, 200]);
      expect(body.metadata.labels['kubernetes.io/bootstrapping']).toBe('rbac-defaults');
    }
    const { body } = await server.raw.send('GET', `${RBAC}/clusterrolebindings/system:public-info-viewer`);
    expect(body.subjects.map(({ name }: { name: string }) => name)).toEqual([
      'system:authenticated',
      'system:unauthenticated',
    ]);
  });
});
