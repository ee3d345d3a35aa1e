import type { PolicyRule } from './rbac-objects.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const READ_AND_WRITE = [...WRITE, ...READ].sort();

/** Resources of one group and what may be done with them. */
function rule(group: string | readonly string[], resources: string, verbs: readonly string[]): PolicyRule {
  return { apiGroups: typeof group === 'string' ? [group] : group, resources: resources.split(' '), verbs };
}

/**
 * What the user-facing roles of Kubernetes 1.36 hold by themselves; `admin` also has what `edit` has, and `edit` what
 * `view` has. Kinds that this server does not serve are in it too: rights must be the same on both, whatever is asked for.
 */
export const AGGREGATED_RULES: Readonly<Record<'admin' | 'edit' | 'view', readonly PolicyRule[]>> = {
  admin: [
    rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
    rule('rbac.authorization.k8s.io', 'rolebindings roles', READ_AND_WRITE),
  ],
  edit: [
    rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
    rule('', 'serviceaccounts', ['impersonate']),
    rule('', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
    rule('', 'pods/eviction', ['create']),
    rule(
      '',
      'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
      WRITE,
    ),
    rule('', 'serviceaccounts/token', ['create']),
    rule(['', 'events.k8s.io'], 'events', WRITE),
    rule(
      'apps',
      'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
      WRITE,
    ),
    rule('autoscaling', 'horizontalpodautoscalers', WRITE),
    rule('batch', 'cronjobs jobs', WRITE),
    rule(
      'extensions',
      'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
      WRITE,
    ),
    rule('policy', 'poddisruptionbudgets', WRITE),
    rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
    rule('coordination.k8s.io', 'leases', READ_AND_WRITE),
    rule('resource.k8s.io', 'resourceclaims resourceclaimtemplates', WRITE),
  ],
  view: [
    rule(
      '',
      'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
      READ,
    ),
    rule(
      '',
      'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
      READ,
    ),
    rule('', 'namespaces', READ),
    rule(['', 'events.k8s.io'], 'events', READ),
    rule('discovery.k8s.io', 'endpointslices', READ),
    rule(
      'apps',
      'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
      READ,
    ),
    rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
    rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
    rule(
      'extensions',
      'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
      READ,
    ),
    rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
    rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
    rule('resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates', READ),
  ],
};
