import type { SchemaNode } from '../kinds.ts';
import { listOf, object, text } from './schema-words.ts';

/** The group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** A list of words. */
export function texts(description: string): SchemaNode {
  return listOf(description, { type: 'string' });
}

/** The rules of a role. */
export const RULES: SchemaNode = listOf('What the role allows.', {
  ...object('One or more verbs on some resources or paths.', {
    verbs: texts('What may be done; * is everything.'),
    apiGroups: texts('Groups of the resources; "" is the core group, * is every group.'),
    resources: texts('Resources, or RESOURCE/SUBRESOURCE; * is everything, */SUBRESOURCE that of every resource.'),
    resourceNames: texts('Names of the objects; none given means all.'),
    nonResourceURLs: texts('Paths that are no resources; a * at the end stands for anything. In ClusterRoles only.'),
  }),
  required: ['verbs'],
});

/** Who a binding is for. */
export const SUBJECTS: SchemaNode = listOf('Who gets the role.', {
  ...object('A user, a group or a ServiceAccount.', {
    kind: text('User, Group or ServiceAccount.'),
    apiGroup: text('rbac.authorization.k8s.io for users and groups, empty for ServiceAccounts.'),
    name: text('Name of the subject.'),
    namespace: text('Namespace of the ServiceAccount.'),
  }),
  required: ['kind', 'name'],
  'x-kubernetes-map-type': 'atomic',
});

/** Which role a binding gives. */
export const ROLE_REF: SchemaNode = {
  ...object('The role that is given; it never changes.', {
    apiGroup: text('Always rbac.authorization.k8s.io.'),
    kind: text('Role or ClusterRole.'),
    name: text('Name of the role.'),
  }),
  required: ['kind', 'name'],
  'x-kubernetes-map-type': 'atomic',
};

/** What is wrong with a name of a role or binding: any segment of a path will do. */
export function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}
