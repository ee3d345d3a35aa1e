/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

/** The objects of RBAC, as far as they are read here; others are passed over. */
export interface RbacObject {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: PolicyRule[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** One right of one ServiceAccount: the smallest piece that could be taken away by itself. */
export interface Right {
  /** E.g. `system:serviceaccount:nannyapi:nannyapi-operator`. */
  user: string;
  verb: string;
  /** '' is the core group. */
  group: string;
  /** With its subresource, as rules write it; a path where `isPath`. */
  resource: string;
  isPath: boolean;
  /** Where it holds; `undefined` is everywhere. */
  namespace?: string;
  /** The one object that it is for; `undefined` is any. */
  name?: string;
  /** The role it comes from, e.g. `ClusterRole nannyapi-operator`. */
  source: string;
}

/**
 * All rights that the roles and bindings among the objects give to ServiceAccounts, piece by piece.
 *
 * @param releaseNamespace where namespaced objects are that do not say so, as Helm does it
 * @throws Error for a binding of a role that is not among the objects: its rights would go unseen
 */
export function grantedRights(objects: readonly RbacObject[], releaseNamespace: string): Right[] {
  const namespaceOf = (object: RbacObject): string => object.metadata.namespace ?? releaseNamespace;
  const rights = objects
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .flatMap((binding) => {
      const role = objects.find(
        (object) =>
          object.kind === binding.roleRef?.kind &&
          object.metadata.name === binding.roleRef.name &&
          (object.kind === 'ClusterRole' || namespaceOf(object) === namespaceOf(binding)),
      );
      if (!role) {
        throw new Error(`${binding.kind} ${binding.metadata.name} binds ${binding.roleRef?.name}, which is not here`);
      }
      const place = binding.kind === 'RoleBinding' ? { namespace: namespaceOf(binding) } : {};
      return (binding.subjects ?? [])
        .filter(({ kind }) => kind === 'ServiceAccount')
        .flatMap((subject) => {
          const user = `system:serviceaccount:${subject.namespace ?? namespaceOf(binding)}:${subject.name}`;
          const source = `${role.kind} ${role.metadata.name}`;
          return (role.rules ?? []).flatMap((rule) =>
            piecesOf(rule).map((piece) => ({ ...piece, ...place, user, source })),
          );
        });
    });
  return [...new Map(rights.map((right) => [keyOf(right), right])).values()];
}

type Piece = Pick<Right, 'verb' | 'group' | 'resource' | 'isPath' | 'name'>;

function piecesOf(rule: PolicyRule): Piece[] {
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => ({ name })) : [{}];
  const ofResources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) => names.map((name) => ({ verb, group, resource, isPath: false, ...name }))),
    ),
  );
  const ofPaths = (rule.nonResourceURLs ?? []).flatMap((resource) =>
    rule.verbs.map((verb) => ({ verb, group: '', resource, isPath: true })),
  );
  return [...ofResources, ...ofPaths];
}

function keyOf(right: Right): string {
  return JSON.stringify([right.user, right.verb, right.group, right.resource, right.namespace, right.name]);
}
