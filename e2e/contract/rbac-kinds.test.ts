import { expect, it } from 'vitest';
import { RBAC, rbacIn } from './fixtures/people.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };

onEachServer((server) => {
  it.each<[string, string, object, string[]]>([
    ['roles', 'no verbs', { rules: [{ apiGroups: [''], resources: ['a'] }] }, ['FieldValueRequired rules[0].verbs']],
    [
      'roles',
      'no groups and no resources',
      { rules: [{ verbs: ['get'] }] },
      ['FieldValueRequired rules[0].apiGroups', 'FieldValueRequired rules[0].resources'],
    ],
    [
      'roles',
      'paths in a namespace',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/a'] }] },
      ['FieldValueInvalid rules[0].nonResourceURLs'],
    ],
    [
      'clusterroles',
      'paths and resources',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/a'], resources: ['b'] }] },
      ['FieldValueInvalid rules[0].nonResourceURLs'],
    ],
    [
      'clusterroles',
      'nobody to gather from',
      { aggregationRule: {} },
      ['FieldValueRequired aggregationRule.clusterRoleSelectors'],
    ],
    [
      'clusterroles',
      'selectors that are none',
      {
        aggregationRule: {
          clusterRoleSelectors: [
            { matchLabels: { 'a b': 'c d' } },
            {
              matchExpressions: [
                { key: 'a', operator: 'Near' },
                { key: 'a', operator: 'In' },
              ],
            },
            { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] },
          ],
        },
      },
      [
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[0].matchLabels',
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[0]',
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[1].matchExpressions[0].operator',
        'FieldValueRequired aggregationRule.clusterRoleSelectors[1].matchExpressions[1].values',
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[1]',
        'FieldValueForbidden aggregationRule.clusterRoleSelectors[2].matchExpressions[0].values',
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[2]',
      ],
    ],
    ['rolebindings', 'no role', {}, ['FieldValueNotSupported roleRef.kind', 'FieldValueRequired roleRef.name']],
    [
      'rolebindings',
      'a role of another kind and group',
      { roleRef: { apiGroup: 'x', kind: 'Y', name: 'a/b' } },
      [
        'FieldValueNotSupported roleRef.apiGroup',
        'FieldValueNotSupported roleRef.kind',
        'FieldValueInvalid roleRef.name',
      ],
    ],
    [
      'clusterrolebindings',
      'a role of a namespace',
      { roleRef: { kind: 'Role', name: 'a' } },
      ['FieldValueNotSupported roleRef.kind'],
    ],
    [
      'rolebindings',
      'subjects that are none',
      {
        roleRef: ROLE_REF,
        subjects: [
          { kind: 'User' },
          { kind: 'Robot', name: 'a' },
          { kind: 'User', name: 'a', apiGroup: 'x' },
          { kind: 'ServiceAccount', name: 'A B', apiGroup: 'x' },
          { kind: 'ServiceAccount', name: 'a' },
        ],
      },
      [
        'FieldValueRequired subjects[0].name',
        'FieldValueNotSupported subjects[1].kind',
        'FieldValueNotSupported subjects[2].apiGroup',
        'FieldValueInvalid subjects[3].name',
        'FieldValueNotSupported subjects[3].apiGroup',
      ],
    ],
    [
      'clusterrolebindings',
      'an account of nowhere',
      { roleRef: ROLE_REF, subjects: [{ kind: 'ServiceAccount', name: 'a' }] },
      ['FieldValueRequired subjects[0].namespace'],
    ],
  ])('refuses %s with %s', async (plural, _what, fields, causes) => {
    const isNamespaced = !plural.startsWith('cluster');
    const path = `${isNamespaced ? rbacIn(await server.createNamespace()) : RBAC}/${plural}`;
    const answer = await server.raw.send('POST', path, { body: { metadata: { name: uniqueName('bad') }, ...fields } });
    expect([answer.code, causesOf(answer)]).toEqual([422, causes]);
  });

  it('takes any name that is a segment of a path, and no other', async () => {
    const roles = `${RBAC}/clusterroles`;
    for (const name of [`${uniqueName('system')}:A b_c`, uniqueName('ü')]) {
      expect((await server.raw.send('POST', roles, { body: { metadata: { name } } })).code).toBe(201);
      expect((await server.raw.send('GET', `${roles}/${encodeURIComponent(name)}`)).body.metadata.name).toBe(name);
    }
    for (const name of ['a/b', 'a%b', '..']) {
      const answer = await server.raw.send('POST', roles, { body: { metadata: { name } } });
      expect([answer.code, causesOf(answer)]).toEqual([422, ['FieldValueInvalid metadata.name']]);
    }
  });

  it('fills in the groups that are left out, and shows a role without rules as such', async () => {
    const base = rbacIn(await server.createNamespace());
    const binding = {
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    };
    const { body } = await server.raw.send('POST', `${base}/rolebindings`, { body: binding });
    const apiGroup = 'rbac.authorization.k8s.io';
    expect([body.roleRef, body.subjects]).toEqual([
      ROLE_REF,
      [{ kind: 'User', apiGroup, name: 'u' }, { kind: 'Group', apiGroup, name: 'g' }, binding.subjects[2]],
    ]);
    const role = (await server.raw.send('POST', `${base}/roles`, { body: { metadata: { name: 'r' }, rules: [] } }))
      .body;
    expect([role.rules, role.metadata.generation]).toEqual([null, undefined]);
    expect((await server.raw.send('GET', `${base}/roles/r`)).body.rules).toBeNull();
    const apply = await server.raw.send('PATCH', `${base}/roles/a?fieldManager=m`, {
      body: { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: { name: 'a' } },
      headers: PATCH.apply,
    });
    expect([apply.code, apply.body.rules, ownersOf(apply)]).toEqual([201, null, []]);
  });

  it('never changes the role of a binding', async () => {
    const path = `${rbacIn(await server.createNamespace())}/rolebindings`;
    await server.raw.send('POST', path, { body: { metadata: { name: 'b' }, roleRef: ROLE_REF } });
    const roleRef = { ...ROLE_REF, name: 'cluster-admin' };
    const answers = [
      await server.raw.send('PUT', `${path}/b`, { body: { metadata: { name: 'b' }, roleRef } }),
      await server.raw.send('PATCH', `${path}/b`, {
        body: { roleRef },
        headers: { 'content-type': 'application/merge-patch+json' },
      }),
    ];
    for (const answer of answers) {
      expect([answer.code, causesOf(answer)]).toEqual([422, ['FieldValueInvalid roleRef']]);
      expect(answer.body.message).toContain('cannot change roleRef');
    }
  });

  it('creates by PUT what is missing', async () => {
    const base = rbacIn(await server.createNamespace());
    for (const [plural, fields] of [
      ['roles', { rules: [] }],
      ['rolebindings', { roleRef: ROLE_REF }],
    ] as const) {
      const body = { metadata: { name: 'a' }, ...fields };
      expect((await server.raw.send('PUT', `${base}/${plural}/a`, { body })).code).toBe(201);
      expect((await server.raw.send('PUT', `${base}/${plural}/a`, { body })).code).toBe(200);
    }
  });

  it('shows bindings as a table with their role, and whom they are for in wide output', async () => {
    const path = `${rbacIn(await server.createNamespace())}/rolebindings`;
    const subjects = [
      { kind: 'User', name: 'u' },
      { kind: 'User', name: 'v' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ];
    await server.raw.send('POST', path, { body: { metadata: { name: 'b' }, roleRef: ROLE_REF, subjects } });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const { body } = await server.raw.send('GET', path, { headers: { accept } });
    const names = body.columnDefinitions.map(({ name, priority }: { name: string; priority: number }) => [
      name,
      priority,
    ]);
    expect(names).toEqual([
      ['Name', 0],
      ['Role', 0],
      ['Age', 0],
      ['Users', 1],
      ['Groups', 1],
      ['ServiceAccounts', 1],
    ]);
    const [name, role, age, ...who] = body.rows[0].cells;
    expect([name, role, who]).toEqual(['b', 'ClusterRole/view', ['u, v', 'g', 'n/s']]);
    expect(age).toMatch(/^\d+s$/);
    const roles = (await server.raw.send('GET', `${RBAC}/clusterroles/view`, { headers: { accept } })).body;
    expect(roles.columnDefinitions.map((column: { name: string }) => column.name)).toEqual(['Name', 'Created At']);
  });
});
