/** The group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Where roles and bindings are stored. */
export const RBAC_RESOURCES = {
  role: `roles.${RBAC_GROUP}`,
  clusterRole: `clusterroles.${RBAC_GROUP}`,
  roleBinding: `rolebindings.${RBAC_GROUP}`,
  clusterRoleBinding: `clusterrolebindings.${RBAC_GROUP}`,
} as const;

/** One rule of a role. */
export interface PolicyRule {
  verbs?: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** Which role a binding gives. */
export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

/** Who a binding is for. */
export interface Subject {
  kind: string;
  name: string;
  apiGroup?: string;
  namespace?: string;
}

/** Labels by which a ClusterRole that gathers rules finds others. */
export interface ClusterRoleSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}
