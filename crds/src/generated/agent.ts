// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * One enrolled host: what it is, what it can do and how it fares.
 */
export interface Agent {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'Agent';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: AgentSpec;
  status?: AgentStatus;
}
/**
 * What an admin says of the host.
 */
export interface AgentSpec {
  /**
   * The Kubernetes node whose agent this is. Set by the API when the DaemonSet's pod of that node is first seen; absent for a host outside the cluster.
   */
  nodeName?: string;
  /**
   * Who enrolled the host.
   */
  owner?: string;
  /**
   * What the host is for.
   */
  description?: string;
  /**
   * Revoked cuts the agent off within seconds, until it is Enabled again.
   */
  access?: 'Enabled' | 'Revoked';
  /**
   * Pauses the host while true: it is given no new work.
   */
  suspend?: boolean;
}
/**
 * What the host says of itself. Written by the API and the operator.
 */
export interface AgentStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * A summary of the conditions, derived from them.
   */
  phase?: 'Active' | 'Inactive' | 'Revoked';
  /**
   * Ready (it can be given work) and PolicyDiffers (its safety policy is not the operator's).
   *
   * @maxItems 16
   */
  conditions?: AgentStatusCondition[];
  /**
   * When it last spoke, to within a few minutes.
   */
  lastSeenTime?: string;
  /**
   * When the present connection began; absent while there is none.
   */
  connectedTime?: string;
  /**
   * Version of the agent.
   */
  version?: string;
  /**
   * The hash of the safety policy that the agent applies.
   */
  policyHash?: string;
  /**
   * The agent's journal.
   */
  journalID?: string;
  /**
   * The address it last connected from.
   */
  address?: string;
  /**
   * Thumbprint of the agent's own key (RFC 7638).
   */
  publicKeyThumbprint?: string;
  facts?: AgentStatusFacts;
  capabilities?: AgentStatusCapabilities;
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface AgentStatusCondition {
  /**
   * What the condition speaks of.
   */
  type: string;
  /**
   * Whether it holds.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * Why, as one word a program can branch on.
   */
  reason: string;
  /**
   * Why, in words for a person.
   */
  message: string;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * The metadata.generation that this condition was computed from.
   */
  observedGeneration?: number;
}
/**
 * What the host is.
 */
export interface AgentStatusFacts {
  /**
   * Host name.
   */
  hostname?: string;
  /**
   * Operating system kernel, e.g. linux.
   */
  platform?: string;
  /**
   * Family of distributions, e.g. debian or rhel.
   */
  platformFamily?: string;
  /**
   * Name of the distribution for people.
   */
  osName?: string;
  /**
   * Version of the distribution.
   */
  osVersion?: string;
  /**
   * Kernel release.
   */
  kernelVersion?: string;
  /**
   * Processor architecture, e.g. x86_64.
   */
  arch?: string;
  /**
   * Identifier of the installation.
   */
  machineID?: string;
  /**
   * Identifier of this boot.
   */
  bootID?: string;
  /**
   * Hypervisor or container runtime, none if bare.
   */
  virtualization?: string;
  /**
   * Processors on line.
   */
  cpus?: number;
  /**
   * Memory, in bytes.
   */
  memoryBytes?: number;
}
/**
 * What the agent can do there.
 */
export interface AgentStatusCapabilities {
  /**
   * Whether the agent runs as root.
   */
  privilege?: 'Root' | 'Unprivileged';
  /**
   * How well commands are caged. Full has a read-only view of the host, seccomp and its own user.
   */
  sandbox?: 'Full' | 'Reduced' | 'Minimal';
  /**
   * Which control groups the host has.
   */
  cgroups?: 'V1' | 'V2' | 'Hybrid' | 'None';
  /**
   * Version of bpftrace; absent where traces cannot run.
   */
  bpftraceVersion?: string;
  /**
   * The commands of the safety policy that can be run, those of the agent's image among them.
   *
   * @maxItems 256
   */
  tools?: string[];
  /**
   * Which of the commands the host itself lacks, so that they are run from the agent's image.
   *
   * @maxItems 256
   */
  imageTools?: string[];
  /**
   * What is missing, and the command that adds it.
   *
   * @maxItems 32
   */
  missing?: string[];
}
