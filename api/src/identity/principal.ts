/** An object of the cluster that a token names; the uid tells it from a later one of that name. */
export interface NamedUID {
  name: string;
  uid: string;
}

/** The agent of one host; it speaks for the Agent object of that name and for nothing else. */
export interface AgentPrincipal {
  kind: 'agent';
  namespace: string;
  name: string;
  /** The Kubernetes node that it runs on; absent for a host outside of a cluster. */
  node?: NamedUID | undefined;
  /** Thumbprint of the key by which an enrolled host proved itself (RFC 7638); absent for others. */
  keyThumbprint?: string | undefined;
}

/** A person, or a program that acts for one. */
export interface UserPrincipal {
  kind: 'user';
  /** As it is recorded in `spec.requestedBy`. */
  name: string;
  groups: readonly string[];
  /** Id of the provider that the person logged in with here; absent for whom the cluster itself knows. */
  provider?: string | undefined;
  uid?: string | undefined;
  /** What else the cluster's authenticator said of the person; its authorizers may want it. */
  extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Who makes a call, once the credential was verified. */
export type Principal = AgentPrincipal | UserPrincipal;

/** What logs and objects call a principal: `agent:<namespace>/<name>`, or the name of the person. */
export function principalName(principal: Principal): string {
  return principal.kind === 'agent' ? `agent:${principal.namespace}/${principal.name}` : principal.name;
}

/** The key of the Agent object that an agent speaks for. */
export function agentKey(principal: AgentPrincipal): string {
  return `${principal.namespace}/${principal.name}`;
}
