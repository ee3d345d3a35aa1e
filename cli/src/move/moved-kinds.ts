import {
  AgentCredentialResource,
  AgentResource,
  AgentTaskResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  EvidenceResource,
  InvestigationResource,
  UserResource,
} from '@nannyapi/crds';
import type { ResourceType } from '@nannyapi/runtime';

/** A kind that moves from one control plane to another. */
export interface MovedKind {
  resource: ResourceType;
  /**
   * What moves of an object beside its metadata. `Spec`: its status is what a host says of itself now, and the host
   * says it again. `Run`: it is of a run-to-end kind, whose status is its result and must never come about twice.
   */
  moves: 'Spec' | 'Run';
}

/** The kinds that move, in the order in which they arrive: what others refer to comes first. */
export const MOVED_KINDS: readonly MovedKind[] = [
  { resource: AgentResource, moves: 'Spec' },
  { resource: InvestigationResource, moves: 'Run' },
];

/** The kinds that stay behind, and why. */
export const LEFT_KINDS: readonly { resource: ResourceType; because: string }[] = [
  {
    resource: AgentTaskResource,
    because: 'a task is work for one agent of one control plane; a copy of it could run a second time',
  },
  {
    resource: EvidenceResource,
    because: 'it belongs to a task; the quotations that prove a verdict are in the status of the investigation',
  },
  {
    resource: AgentCredentialResource,
    because: 'its host knows this control plane alone: enrol it at the other one',
  },
  { resource: DeviceCodeResource, because: 'a code is good for minutes, and here' },
  { resource: EnrollmentTokenResource, because: 'it lets hosts in here: make another one there' },
  {
    resource: UserResource,
    because: 'people log in at the other control plane as well, and are known there from then on',
  },
];

/** Namespaces are made where they are missing, and otherwise left to the cluster. */
export const NamespaceResource: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
