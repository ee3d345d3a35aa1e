import type { ApiObject } from '../schema/index.ts';
import { AGGREGATED_RULES } from './aggregated-rules.ts';
import { RBAC_GROUP } from './rbac-objects.ts';
import type { PolicyRule, Subject } from './rbac-objects.ts';

/** False on a role or binding of this file keeps the server from putting back what somebody took out of it. */
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

const AGGREGATE_TO = 'rbac.authorization.k8s.io/aggregate-to-';
const READ_PATH: readonly string[] = ['get'];

const PUBLIC_PATHS: readonly string[] = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY_PATHS: readonly string[] = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

interface BootstrapRole {
  name: string;
  /** Built-in roles whose rules include these. */
  joins?: string;
  /** It has the rules of all roles that join this. */
  gathers?: string;
  rules?: readonly PolicyRule[];
}

/** Roles of a new cluster, without those of parts that are not here (nodes, schedulers, controllers). */
const ROLES: readonly BootstrapRole[] = [
  {
    name: 'cluster-admin',
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  },
  { name: 'admin', gathers: 'admin' },
  { name: 'edit', gathers: 'edit', joins: 'admin' },
  { name: 'view', gathers: 'view', joins: 'edit' },
  { name: 'system:aggregate-to-admin', joins: 'admin', rules: AGGREGATED_RULES.admin },
  { name: 'system:aggregate-to-edit', joins: 'edit', rules: AGGREGATED_RULES.edit },
  { name: 'system:aggregate-to-view', joins: 'view', rules: AGGREGATED_RULES.view },
  {
    name: 'system:auth-delegator',
    rules: [
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ],
  },
  { name: 'system:discovery', rules: [{ nonResourceURLs: DISCOVERY_PATHS, verbs: READ_PATH }] },
  { name: 'system:public-info-viewer', rules: [{ nonResourceURLs: PUBLIC_PATHS, verbs: READ_PATH }] },
];

/** Who has which of them from the start: ClusterRole → groups. */
const BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
};

/** The ClusterRoles that every server has. */
export function bootstrapRoles(): ApiObject[] {
  return ROLES.map(({ name, joins, gathers, rules }) => ({
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: metadataOf(name, joins === undefined ? {} : { [AGGREGATE_TO + joins]: 'true' }),
    ...(gathers === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE_TO + gathers]: 'true' } }] } }),
    ...(rules === undefined ? {} : { rules }),
  }));
}

/** The ClusterRoleBindings that every server has. */
export function bootstrapBindings(): ApiObject[] {
  return Object.entries(BINDINGS).map(([role, groups]) => ({
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadataOf(role),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: role },
    subjects: groups.map((name): Subject => ({ apiGroup: RBAC_GROUP, kind: 'Group', name })),
  }));
}

function metadataOf(name: string, labels: Record<string, string> = {}): ApiObject['metadata'] {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}
