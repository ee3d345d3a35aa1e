import type { RawAnswer } from '@nannyapi/standalone/testing';
import { expect, it } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf } from './write-answers.ts';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const REVIEWS = `${AUTHORIZATION}/subjectaccessreviews`;
const ROLES = '/apis/rbac.authorization.k8s.io/v1';

onEachServer((server) => {
  const ask = async (spec: object, path = REVIEWS): Promise<RawAnswer> =>
    await server.raw.send('POST', path, { body: { spec } });

  it('answers a review and stores nothing', async () => {
    const spec = { user: 'somebody', resourceAttributes: { verb: 'get', resource: 'pods' } };
    const { code, body } = await ask(spec);
    const { managedFields, ...metadata } = body.metadata;
    expect([code, body.kind, body.spec, body.status, metadata]).toEqual([
      201,
      'SubjectAccessReview',
      spec,
      { allowed: false },
      {},
    ]);
    expect(Object.keys(managedFields[0].fieldsV1['f:spec'])).toEqual(['f:resourceAttributes', 'f:user']);
    expect((await server.raw.send('GET', REVIEWS)).code).toBe(405);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await server.raw.send(method, `${REVIEWS}/x`)).code).toBe(404);
    }
    expect((await server.raw.send('DELETE', REVIEWS)).code).toBe(405);
  });

  it('names the binding that allows it', async () => {
    const namespace = await server.createNamespace();
    const base = `${ROLES}/namespaces/${namespace}`;
    const user = uniqueName('user');
    await server.raw.send('POST', `${base}/roles`, {
      body: { metadata: { name: 'reader' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
    });
    await server.raw.send('POST', `${base}/rolebindings`, {
      body: {
        metadata: { name: 'readers' },
        roleRef: { kind: 'Role', name: 'reader' },
        subjects: [
          { kind: 'User', name: user },
          { kind: 'ServiceAccount', name: 'worker' },
        ],
      },
    });
    const resourceAttributes = { verb: 'get', resource: 'pods', namespace };
    const expected = {
      [user]: `RBAC: allowed by RoleBinding "readers/${namespace}" of Role "reader" to User "${user}"`,
      [`system:serviceaccount:${namespace}:worker`]: `RBAC: allowed by RoleBinding "readers/${namespace}" of Role "reader" to ServiceAccount "worker/${namespace}"`,
    };
    for (const [name, reason] of Object.entries(expected)) {
      await expect
        .poll(async () => (await ask({ user: name, resourceAttributes })).body.status)
        .toEqual({ allowed: true, reason });
    }
    const elsewhere = { ...resourceAttributes, namespace: 'default' };
    expect((await ask({ user, resourceAttributes: elsewhere })).body.status).toEqual({ allowed: false });
  });

  it('tells of a role that does not exist', async () => {
    const namespace = await server.createNamespace();
    const user = uniqueName('user');
    await server.raw.send('POST', `${ROLES}/namespaces/${namespace}/rolebindings`, {
      body: {
        metadata: { name: 'b' },
        roleRef: { kind: 'ClusterRole', name: 'no-such-role' },
        subjects: [{ kind: 'User', name: user }],
      },
    });
    const resourceAttributes = { verb: 'get', resource: 'pods', namespace };
    await expect
      .poll(async () => (await ask({ user, resourceAttributes })).body.status)
      .toEqual({ allowed: false, reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "no-such-role" not found' });
  });

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['FieldValueInvalid spec.resourceAttributes', 'FieldValueInvalid spec.user']],
    ['nobody', { nonResourceAttributes: { path: '/', verb: 'get' } }, ['FieldValueInvalid spec.user']],
    [
      'a path and a resource',
      { user: 'a', nonResourceAttributes: { path: '/' }, resourceAttributes: {} },
      ['FieldValueInvalid spec.nonResourceAttributes'],
    ],
    [
      'a selector that says nothing',
      { user: 'a', resourceAttributes: { labelSelector: {} } },
      ['FieldValueRequired spec.resourceAttributes.labelSelector.requirements'],
    ],
    [
      'a selector said twice',
      {
        user: 'a',
        resourceAttributes: {
          fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] },
        },
      },
      ['FieldValueInvalid spec.resourceAttributes.fieldSelector.rawSelector'],
    ],
    [
      'requirements that lack their parts',
      {
        user: 'a',
        resourceAttributes: {
          fieldSelector: { requirements: [{ operator: 'In' }, { key: 'k', operator: 'Exists', values: ['v'] }] },
          labelSelector: { requirements: [{ key: 'a b', operator: 'In' }] },
        },
      },
      [
        'FieldValueRequired spec.resourceAttributes.fieldSelector.requirements[0].key',
        'FieldValueRequired spec.resourceAttributes.fieldSelector.requirements[0].values',
        'FieldValueForbidden spec.resourceAttributes.fieldSelector.requirements[1].values',
        'FieldValueRequired spec.resourceAttributes.labelSelector.requirements[0].values',
        'FieldValueInvalid spec.resourceAttributes.labelSelector.requirements[0].key',
      ],
    ],
  ])('refuses a review of %s', async (_what, spec, causes) => {
    const answer = await ask(spec);
    expect([answer.code, causesOf(answer)]).toEqual([422, causes]);
    expect(answer.body.message).toMatch(/^\.authorization\.k8s\.io "" is invalid: /);
  });

  it('refuses a review with a name, and one that asks for a field that does not exist', async () => {
    const spec = { user: 'a', resourceAttributes: {} };
    const named = await server.raw.send('POST', REVIEWS, { body: { metadata: { name: 'x' }, spec } });
    expect([named.code, causesOf(named)]).toEqual([422, ['FieldValueInvalid metadata']]);
    const strict = await server.raw.send('POST', `${REVIEWS}?fieldValidation=Strict`, {
      body: { spec: { ...spec, who: 1 } },
    });
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'SubjectAccessReview in version "v1" cannot be handled as a SubjectAccessReview: strict decoding error: unknown field "spec.who"',
    ]);
    const typed = await ask({ user: 3 });
    expect(typed.code).toBe(400);
  });

  it.each<[object, string]>([
    [{ labelSelector: { rawSelector: 'a in (' } }, 'spec.resourceAttributes.labelSelector ignored due to parse error'],
    [{ fieldSelector: { rawSelector: 'a' } }, 'spec.resourceAttributes.fieldSelector ignored due to parse error'],
    [
      {
        labelSelector: {
          requirements: [
            { key: 'a', operator: 'Near' },
            { key: 'b', operator: 'Exists' },
          ],
        },
      },
      'spec.resourceAttributes.labelSelector partially ignored due to parse error',
    ],
  ])('answers without a selector that it does not understand: %j', async (selector, evaluationError) => {
    const { body } = await ask({
      groups: ['system:masters'],
      resourceAttributes: { verb: 'list', resource: 'pods', ...selector },
    });
    expect(body.status).toEqual({ allowed: true, evaluationError });
  });

  it('asks about one namespace in a local review', async () => {
    const path = `${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`;
    const resourceAttributes = { verb: 'get', resource: 'pods', namespace: 'default' };
    const { code, body } = await ask({ groups: ['system:masters'], resourceAttributes }, path);
    expect([code, body.metadata.namespace, body.status]).toEqual([201, 'default', { allowed: true }]);
    const elsewhere = await ask({ user: 'a', resourceAttributes: { ...resourceAttributes, namespace: 'x' } }, path);
    expect(causesOf(elsewhere)).toEqual(['FieldValueInvalid spec.resourceAttributes.namespace']);
    const ofPath = await ask({ user: 'a', nonResourceAttributes: { path: '/', verb: 'get' } }, path);
    expect(causesOf(ofPath)).toEqual(['FieldValueInvalid spec.nonResourceAttributes']);
  });

  it('tells the asker of itself', async () => {
    const self = await ask(
      { resourceAttributes: { verb: 'get', resource: 'pods' } },
      `${AUTHORIZATION}/selfsubjectaccessreviews`,
    );
    expect(self.body.status).toEqual({ allowed: true });
    const rules = await ask({ namespace: 'default' }, `${AUTHORIZATION}/selfsubjectrulesreviews`);
    expect(rules.body.spec).toEqual({});
    expect(rules.body.status.resourceRules).toContainEqual({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    expect(rules.body.status.nonResourceRules).toContainEqual({ verbs: ['*'], nonResourceURLs: ['*'] });
    expect(rules.body.status.incomplete).toBe(false);
    const nowhere = await ask({}, `${AUTHORIZATION}/selfsubjectrulesreviews`);
    expect([nowhere.code, nowhere.body.message]).toEqual([400, 'no namespace on request']);
    const who = await server.raw.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {} });
    expect(who.body.status.userInfo).toMatchObject({
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    });
  });
});
