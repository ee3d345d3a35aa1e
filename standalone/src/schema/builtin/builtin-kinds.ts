import {
  validatingAdmissionPolicyBindingKind,
  validatingAdmissionPolicyKind,
} from '../../admission/kind/policy-kinds.ts';
import type { CompiledKind } from '../kinds.ts';
import { accessReviewKinds } from './access-review-kinds.ts';
import { authenticationKinds } from './authentication-kinds.ts';
import { clusterRoleKind } from './cluster-role.ts';
import { configMapKind } from './config-map.ts';
import { customResourceDefinitionKind } from './custom-resource-definition.ts';
import { eventKind } from './event.ts';
import { eventsEventKind } from './events-event.ts';
import { leaseKind } from './lease.ts';
import { namespaceKind } from './namespace.ts';
import { nodeKind } from './node.ts';
import { clusterRoleBindingKind, roleBindingKind } from './role-binding.ts';
import { roleKind } from './role.ts';
import { secretKind } from './secret.ts';
import { serviceAccountKind } from './service-account.ts';

/**
 * The built-in kinds, served as data: Namespace, ConfigMap, Secret, ServiceAccount, Event (in both forms), Lease, Node,
 * CustomResourceDefinition, roles and their bindings, and reviews. Each call compiles anew.
 */
export function builtinKinds(): CompiledKind[] {
  return [
    configMapKind(),
    eventKind(),
    namespaceKind(),
    nodeKind(),
    secretKind(),
    serviceAccountKind(),
    eventsEventKind(),
    leaseKind(),
    customResourceDefinitionKind(),
    roleKind(),
    clusterRoleKind(),
    roleBindingKind(),
    clusterRoleBindingKind(),
    ...accessReviewKinds(),
    ...authenticationKinds(),
    validatingAdmissionPolicyKind(),
    validatingAdmissionPolicyBindingKind(),
  ];
}
