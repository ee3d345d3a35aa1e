import type { UserPrincipal } from '../identity/principal.ts';

/** What a person is shown of a request before deciding on it. All but address and times is what the host says of itself. */
export interface PendingDevice {
  /** Name of the DeviceCode. */
  id: string;
  /** Whether a host wants to be enrolled, or a command line wants to act for the person. */
  client: 'Agent' | 'CommandLine';
  hostname?: string | undefined;
  /** Where the request came from, as the socket told. */
  address: string;
  version?: string | undefined;
  arch?: string | undefined;
  osName?: string | undefined;
  /** What the agent says that it could do there; empty for a command line. */
  capabilities: string[];
  /** The name that the host asks for. */
  requestedName?: string | undefined;
  userAgent?: string | undefined;
  startTime: Date;
  expirationTime: Date;
}

/** Who types a user code, and from where. */
export interface UserCodeEntry {
  /** As it was typed: case, spaces and punctuation do not matter. */
  userCode: string;
  by: UserPrincipal;
  /** IP address of the person, as the socket told. */
  address: string;
  /** Id of the request, for the audit log. */
  requestID?: string | undefined;
}

/** The decision to let a device in. */
export interface ApproveDevice extends UserCodeEntry {
  /** Where the Agent is made; needed for an agent, without meaning for a command line. */
  namespace?: string | undefined;
  /** Name of the Agent; needed for an agent. */
  name?: string | undefined;
  /** The Agent exists, and the key of this host takes the place of its own. Default false. */
  replacesKey?: boolean | undefined;
}

/**
 * Decides on pending device codes in the name of a person (RFC 8628 §3.3).
 *
 * A wrong code, one that ended and one that was decided on already look the same: nothing is learnt by guessing. Each
 * of the three counts as a try; all throw ApiError `TooManyRequests` when too many came from the person, from the
 * address or in total, and `Unavailable` when the API server cannot be asked.
 */
export interface DeviceApproval {
  /** What waits under a code; `undefined` when nothing does. */
  find(entry: UserCodeEntry): Promise<PendingDevice | undefined>;
  /**
   * Lets the device in; once, whoever else decides at the same time. It asks itself whether the person may: to `create`
   * agents in the namespace, and to `update` that agent if its key is replaced. A command line acts for the person.
   *
   * @returns the Agent, which exists now; `undefined` when nothing waits under the code.
   * @throws ApiError `Forbidden`; `ValidationFailed` that names `namespace` or `name`; `AlreadyExists` when there is an
   *   Agent of that name and `replacesKey` was not asked for; `NotFound` when it was and there is none.
   */
  approve(decision: ApproveDevice): Promise<ApprovedDevice | undefined>;
  /** Refuses the device for good. @returns whether something waited under the code. */
  deny(entry: UserCodeEntry): Promise<boolean>;
}

/** What became of an approved device. */
export interface ApprovedDevice {
  client: 'Agent' | 'CommandLine';
  /** The Agent that the host speaks for from now on; absent for a command line. */
  agent?: { namespace: string; name: string } | undefined;
}
