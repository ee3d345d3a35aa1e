import type { FieldType, MessageType } from './message-types.ts';

const LABEL_SELECTOR: MessageType = {
  1: { name: 'matchLabels', type: 'map:string' },
  2: {
    name: 'matchExpressions',
    type: {
      listOf: {
        1: { name: 'key', type: 'string' },
        2: { name: 'operator', type: 'string' },
        3: { name: 'values', type: 'list:string' },
      },
    },
  },
};

const RULES: { name: string; type: FieldType } = {
  name: 'rules',
  type: {
    listOf: {
      1: { name: 'verbs', type: 'list:string' },
      2: { name: 'apiGroups', type: 'list:string' },
      3: { name: 'resources', type: 'list:string' },
      4: { name: 'resourceNames', type: 'list:string' },
      5: { name: 'nonResourceURLs', type: 'list:string' },
    },
  },
};

const BINDING: MessageType = {
  2: {
    name: 'subjects',
    type: {
      listOf: {
        1: { name: 'kind', type: 'string' },
        2: { name: 'apiGroup', type: 'string' },
        3: { name: 'name', type: 'string' },
        4: { name: 'namespace', type: 'string' },
      },
    },
  },
  3: {
    name: 'roleRef',
    type: {
      message: {
        1: { name: 'apiGroup', type: 'string' },
        2: { name: 'kind', type: 'string' },
        3: { name: 'name', type: 'string' },
      },
    },
  },
};

/** Roles and bindings without their metadata. Source: `k8s.io/api/rbac/v1/generated.proto`. */
export const RBAC_MESSAGES: Readonly<Record<string, MessageType>> = {
  'rbac.authorization.k8s.io/v1/Role': { 2: RULES },
  'rbac.authorization.k8s.io/v1/ClusterRole': {
    2: RULES,
    3: {
      name: 'aggregationRule',
      type: { message: { 1: { name: 'clusterRoleSelectors', type: { listOf: LABEL_SELECTOR } } } },
    },
  },
  'rbac.authorization.k8s.io/v1/RoleBinding': BINDING,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': BINDING,
};
