import { describe, expect, it } from 'vitest';
import type { Request } from './audit-event.ts';
import { grantedRights, type RbacObject } from './granted-rights.ts';
import { isUseOf, judgeRights } from './judge-rights.ts';

const USER = 'system:serviceaccount:nannyapi:nannyapi-operator';

/** Rights of one rule that is bound in the namespace, or everywhere. */
function rightsOf(rule: object, where: 'everywhere' | 'in nannyapi' = 'everywhere'): ReturnType<typeof grantedRights> {
  const kind = where === 'everywhere' ? 'ClusterRole' : 'Role';
  const objects = [
    { kind, metadata: { name: 'r' }, rules: [rule] },
    {
      kind: `${kind}Binding`,
      metadata: { name: 'b' },
      roleRef: { kind, name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'nannyapi-operator', namespace: 'nannyapi' }],
    },
  ] as RbacObject[];
  return grantedRights(objects, 'nannyapi');
}

function request(over: Partial<Request>): Request {
  return {
    user: USER,
    verb: 'get',
    group: '',
    resource: 'pods',
    namespace: 'shop',
    name: 'web',
    isForbidden: false,
    time: 't',
    ...over,
  };
}

const PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const LEASE = {
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  resourceNames: ['nannyapi-operator'],
  verbs: ['update'],
};
const renewal: Partial<Request> = {
  verb: 'update',
  group: 'coordination.k8s.io',
  resource: 'leases',
  namespace: 'nannyapi',
  name: 'nannyapi-operator',
};

describe('use of a right', () => {
  it.each([
    ['the same verb and resource, in any namespace', rightsOf(PODS), {}, true],
    ['another verb', rightsOf(PODS), { verb: 'list' }, false],
    ['another resource', rightsOf(PODS), { resource: 'nodes' }, false],
    ['a subresource is another resource', rightsOf(PODS), { resource: 'pods/log' }, false],
    ['another group', rightsOf(PODS), { group: 'metrics.k8s.io' }, false],
    ['another user', rightsOf(PODS), { user: 'system:serviceaccount:nannyapi:nannyapi-api' }, false],
    ['the namespace of the role', rightsOf(PODS, 'in nannyapi'), { namespace: 'nannyapi' }, true],
    ['another namespace than that of the role', rightsOf(PODS, 'in nannyapi'), {}, false],
    ['a list of all namespaces does not use a role', rightsOf(PODS, 'in nannyapi'), { namespace: '' }, false],
    ['the one object of a name', rightsOf(LEASE), renewal, true],
    ['another object than the one', rightsOf(LEASE), { ...renewal, name: 'other' }, false],
    ['any verb', rightsOf({ ...PODS, verbs: ['*'] }), { verb: 'delete' }, true],
    ['any group', rightsOf({ ...PODS, apiGroups: ['*'] }), { group: 'apps' }, true],
    ['any resource', rightsOf({ ...PODS, resources: ['*'] }), { resource: 'pods/exec' }, true],
    ['one subresource of any', rightsOf({ ...PODS, resources: ['*/status'] }), { resource: 'pods/status' }, true],
  ] as const)('%s', (_, rights, over, isUse) => {
    expect(rights.some((right) => isUseOf(request(over), right))).toBe(isUse);
  });

  it.each([
    ['/metrics', '/metrics', true],
    ['/metrics', '/metrics/cadvisor', false],
    ['/healthz/*', '/healthz/etcd', true],
    ['/healthz/*', '/livez', false],
  ])('of path %s by a call of %s', (granted, asked, isUse) => {
    const rights = rightsOf({ nonResourceURLs: [granted], verbs: ['get'] });
    const { resource: _resource, ...call } = request({ path: asked });
    expect(rights.some((right) => isUseOf(call, right))).toBe(isUse);
  });
});

describe('judgeRights', () => {
  const rights = rightsOf({ apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list'] });

  it('has nothing to say when each right was used and no call was refused', () => {
    const requests = ['pods', 'nodes'].flatMap((resource) =>
      ['get', 'list'].map((verb) => request({ resource, verb })),
    );
    expect(judgeRights(rights, requests, [])).toEqual({ forbidden: [], unused: [], idleExceptions: [] });
  });

  it('names each right that was never used', () => {
    const { unused } = judgeRights(rights, [request({}), request({ verb: 'list' })], []);
    expect(unused).toEqual([`${USER}: get nodes (ClusterRole r)`, `${USER}: list nodes (ClusterRole r)`]);
  });

  it('does not take a refused call for a use', () => {
    const { unused } = judgeRights(rightsOf(PODS), [request({ isForbidden: true })], []);
    expect(unused).toHaveLength(1);
  });

  it('tells each kind of refused call once, with how often', () => {
    const refused = request({ resource: 'secrets', isForbidden: true });
    const { forbidden } = judgeRights(rights, [refused, { ...refused, time: 'u' }], []);
    expect(forbidden).toEqual([`${USER}: get secrets shop/web (2 times, first t)`]);
  });

  it('passes over what was refused although the right is given', () => {
    expect(judgeRights(rightsOf(PODS), [request({}), request({ isForbidden: true })], []).forbidden).toEqual([]);
  });

  it('passes over what others were refused', () => {
    const { forbidden } = judgeRights(rights, [request({ user: 'somebody', isForbidden: true })], []);
    expect(forbidden).toEqual([]);
  });

  const exception = { serviceAccount: 'nannyapi-operator', verb: 'get', group: '', resource: 'pods', reason: 'Rare.' };

  it('lets an exception go unused', () => {
    expect(judgeRights(rightsOf(PODS), [], [exception]).unused).toEqual([]);
  });

  it('names an exception for a right that is not given', () => {
    const { idleExceptions } = judgeRights(rightsOf(PODS), [], [{ ...exception, verb: 'watch' }]);
    expect(idleExceptions).toEqual(['nannyapi-operator: watch pods']);
  });
});
