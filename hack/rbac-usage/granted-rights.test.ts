import { describe, expect, it } from 'vitest';
import { grantedRights, type RbacObject } from './granted-rights.ts';

const ROLE: RbacObject = {
  kind: 'Role',
  metadata: { name: 'r', namespace: 'nannyapi' },
  rules: [{ apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] }],
};
const BINDING: RbacObject = {
  kind: 'RoleBinding',
  metadata: { name: 'b', namespace: 'nannyapi' },
  roleRef: { kind: 'Role', name: 'r' },
  subjects: [{ kind: 'ServiceAccount', name: 'api' }],
};

describe('grantedRights', () => {
  it('takes rules apart into rights that could each be taken away', () => {
    const rule = { apiGroups: ['', 'apps'], resources: ['a', 'b'], resourceNames: ['x', 'y'], verbs: ['get', 'list'] };
    expect(grantedRights([{ ...ROLE, rules: [rule] }, BINDING], 'nannyapi')).toHaveLength(16);
  });

  it('gives a right to the ServiceAccount of the binding, in its namespace', () => {
    expect(grantedRights([ROLE, BINDING], 'nannyapi')[0]).toEqual({
      user: 'system:serviceaccount:nannyapi:api',
      verb: 'create',
      group: '',
      resource: 'events',
      isPath: false,
      namespace: 'nannyapi',
      source: 'Role r',
    });
  });

  it('takes objects without a namespace for those of the release', () => {
    const bare = (object: RbacObject): RbacObject => ({ ...object, metadata: { name: object.metadata.name } });
    expect(grantedRights([bare(ROLE), bare(BINDING)], 'nannyapi')).toEqual(grantedRights([ROLE, BINDING], 'nannyapi'));
  });

  it('does not take a role of another namespace for the one that is bound', () => {
    const elsewhere = { ...ROLE, metadata: { name: 'r', namespace: 'other' } };
    expect(() => grantedRights([elsewhere, BINDING], 'nannyapi')).toThrow('RoleBinding b binds r, which is not here');
  });

  it('bounds a ClusterRole that a RoleBinding gives to its namespace', () => {
    const role: RbacObject = { ...ROLE, kind: 'ClusterRole', metadata: { name: 'r' } };
    const binding = { ...BINDING, roleRef: { kind: 'ClusterRole', name: 'r' } };
    expect(grantedRights([role, binding], 'nannyapi')[0]?.namespace).toBe('nannyapi');
  });

  it('counts a right once that two bindings give', () => {
    expect(grantedRights([ROLE, BINDING, { ...BINDING, metadata: { name: 'c' } }], 'nannyapi')).toHaveLength(2);
  });

  it('passes over people, and roles that nobody is bound to', () => {
    const people = { ...BINDING, subjects: [{ kind: 'Group', name: 'sre' }] };
    expect(grantedRights([ROLE, people], 'nannyapi')).toEqual([]);
    expect(grantedRights([ROLE], 'nannyapi')).toEqual([]);
  });
});
