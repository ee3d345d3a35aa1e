import type { KubeClient, KubeObject, ResourceType } from '@nannyapi/runtime';
import type { UserInfo } from '../auth/token-store.ts';

/** Namespace of the parts of a one-machine install and of what identity stores; that of a release on a cluster. */
export const RELEASE_NAMESPACE = 'nannyapi';
/** Who logs in with a link made on the machine is in this group. */
export const ADMINS_GROUP = 'nannyapi:admins';
const FIELD_MANAGER = 'nannyapi-standalone';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const ADMISSION = { group: 'admissionregistration.k8s.io', version: 'v1' };
const CORE = { group: '', version: 'v1' };

/** What rights are made of; a shipped object of another kind is a fault of the release. */
const TYPES: readonly ResourceType[] = [
  { ...CORE, kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { ...CORE, kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  { ...RBAC, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false },
  { ...RBAC, kind: 'Role', plural: 'roles', namespaced: true },
  { ...RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
  { ...ADMISSION, kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', namespaced: false },
  {
    ...ADMISSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    namespaced: false,
  },
];

/** A part of the control plane that talks to the API server with rights of its own. */
export type ControlPlanePart = 'nannyapi-api' | 'nannyapi-operator';

/** The user that a part of the control plane is: the ServiceAccount that it has on a cluster. */
export function partUser(name: ControlPlanePart): UserInfo {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${RELEASE_NAMESPACE}`];
  return { name: `system:serviceaccount:${RELEASE_NAMESPACE}:${name}`, groups };
}

/**
 * Puts the shipped roles and policies in place, as a chart would; what somebody changed of them is undone.
 *
 * Roles and bindings of other names are nobody's but the admin's.
 */
export async function applyAccess(client: KubeClient, shipped: readonly unknown[], signal: AbortSignal): Promise<void> {
  const apply = (object: KubeObject): Promise<KubeObject> =>
    client.resource(typeOf(object)).apply(object, { fieldManager: FIELD_MANAGER, force: true }, { signal });
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE_NAMESPACE } });
  const objects = [...ownObjects(), ...(shipped as KubeObject[])];
  await Promise.all(objects.map(apply));
}

function typeOf({ kind }: KubeObject): ResourceType {
  const type = TYPES.find((known) => known.kind === kind);
  if (!type) throw new TypeError(`A shipped object of kind ${kind} is no part of rights`);
  return type;
}

function ownObjects(): KubeObject[] {
  const parts: ControlPlanePart[] = ['nannyapi-api', 'nannyapi-operator'];
  return [
    ...parts.map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: RELEASE_NAMESPACE },
    })),
    adminsBinding(),
  ];
}

function adminsBinding(): KubeObject {
  const apiGroup = RBAC.group;
  const binding = {
    apiVersion: `${RBAC.group}/${RBAC.version}`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'nannyapi-admins' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'nannyapi-admin' },
    subjects: [{ apiGroup, kind: 'Group', name: ADMINS_GROUP }],
  };
  return binding;
}
