import { OAUTH_PATHS } from '@nannyapi/protocol';
import { CodedError, errorMessage, withDeadline, type Clock } from '@nannyapi/process';
import { openTransport, type ConnectionConfig } from '../connection/open-transport.ts';
import { AgentKey } from '../identity/agent-key.ts';
import { IdentityFile } from '../identity/identity-file.ts';
import type { Identity, Refusal } from '../identity/identity.ts';

const DEADLINE_MS = 10_000;

/** What `nanny-agent status` tells. It reads, and changes nothing: not here, and not at the control plane. */
export interface AgentStatus {
  isEnrolled: boolean;
  agent?: string;
  url?: string;
  /** SHA-256 of the public key, as the control plane shows it. */
  keyThumbprint?: string;
  enrolledTime?: string;
  /** When the tokens were last renewed, by the host's clock. */
  renewedTime?: string;
  /** Why the running agent is not let in; absent while it is. */
  refusal?: Refusal;
  /** Whether the control plane answers under a certificate that is trusted. */
  isReachable?: boolean;
  /** Why it does not. */
  reachProblem?: string;
}

/** Exit codes of `status`: the first that fits. */
export const STATUS_EXIT_CODES = { good: 0, notEnrolled: 3, unreachable: 4, refused: 5 } as const;

/** What the status needs. */
export interface StatusDeps {
  config: { stateDir: string; url: URL | undefined } & ConnectionConfig;
  clock: Clock;
  signal: AbortSignal;
}

/** @throws CodedError `InvalidIdentity` when there is one that cannot be read. */
export async function readStatus({ config, clock, signal }: StatusDeps): Promise<AgentStatus> {
  const identity = await new IdentityFile(config.stateDir).read();
  if (identity === undefined) return { isEnrolled: false };
  const url = config.url ?? new URL(identity.url);
  const problem = await findReachProblem(identity, url, { config, clock, signal });
  return {
    isEnrolled: true,
    agent: `${identity.agent.namespace}/${identity.agent.name}`,
    url: url.href,
    keyThumbprint: AgentKey.parse(identity.privateKey).thumbprint,
    enrolledTime: identity.enrolledTime,
    renewedTime: identity.renewedTime,
    ...(identity.refusal === undefined ? {} : { refusal: identity.refusal }),
    isReachable: problem === undefined,
    ...(problem === undefined ? {} : { reachProblem: problem }),
  };
}

/** The exit code that tells a script what the status says. */
export function exitCodeOf({ isEnrolled, refusal, isReachable }: AgentStatus): number {
  if (!isEnrolled) return STATUS_EXIT_CODES.notEnrolled;
  if (refusal !== undefined) return STATUS_EXIT_CODES.refused;
  return isReachable === true ? STATUS_EXIT_CODES.good : STATUS_EXIT_CODES.unreachable;
}

/** The status for people. */
export function describeStatus(status: AgentStatus): string {
  if (!status.isEnrolled) return 'This host is not enrolled: nanny-agent enroll --url URL\n';
  const { refusal, reachProblem } = status;
  const rows = [
    ['Agent', status.agent],
    ['Control plane', `${status.url ?? ''}${reachProblem === undefined ? ', answers' : ''}`],
    ...(reachProblem === undefined ? [] : [['', reachProblem]]),
    ['Key', status.keyThumbprint],
    ['Enrolled', status.enrolledTime],
    ['Tokens', refusal === undefined ? `renewed ${status.renewedTime ?? ''}` : `refused since ${refusal.time}`],
    ...(refusal === undefined ? [] : [['', refusal.message]]),
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(15)}${value}\n`).join('');
}

async function findReachProblem(identity: Identity, url: URL, deps: StatusDeps): Promise<string | undefined> {
  const { config, clock, signal } = deps;
  using deadline = withDeadline(DEADLINE_MS, { signal, clock });
  try {
    const transport = await openTransport(config, () => clock.now(), identity.caPem);
    try {
      const target = new URL(OAUTH_PATHS.metadata, url);
      const response = await transport.send({ method: 'GET', url: target, headers: {}, signal: deadline.signal });
      response.destroy();
      return response.statusCode === 200
        ? undefined
        : `It answered ${response.statusCode ?? 0}: no control plane, or one that starts`;
    } finally {
      transport.close();
    }
  } catch (error) {
    if (error instanceof CodedError || error instanceof Error) return errorMessage(error);
    throw error;
  }
}
