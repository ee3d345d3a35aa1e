import type { Agent } from '@nannyapi/crds';

/** How long an agent may be silent. */
export interface SilenceLimits {
  /** Without a connection, in seconds since it last spoke. */
  disconnectedSeconds: number;
  /** With a connection, whose word is written down only every few minutes. */
  connectedSeconds: number;
}

/** Whether an agent can be given work; the reason is that of condition `Ready`. */
export interface Readiness {
  isReady: boolean;
  reason: 'Connected' | 'NeverConnected' | 'AgentSilent' | 'Revoked' | 'Suspended';
  message: string;
  /** Seconds until silence alone changes the answer; absent when only a write can. */
  changesInSeconds?: number;
  /** Seconds of silence beyond what is allowed; 0 while it is not silent. */
  silentForSeconds: number;
}

/** Judges an agent by what stands in its object; the first thing that stands against it is the one reported. */
export function readinessOf(agent: Agent, limits: SilenceLimits, now: Date): Readiness {
  const { lastSeenTime, connectedTime } = agent.status ?? {};
  if (agent.spec.access === 'Revoked') return notReady('Revoked', 'An admin cut this agent off; it gets no more work');
  if (agent.spec.suspend) return notReady('Suspended', 'An admin paused this host; it gets no new work');
  if (lastSeenTime === undefined) return notReady('NeverConnected', 'The agent has not connected yet');
  const silentSeconds = (now.getTime() - Date.parse(lastSeenTime)) / 1000;
  const allowed = connectedTime === undefined ? limits.disconnectedSeconds : limits.connectedSeconds;
  if (silentSeconds > allowed) {
    const message = `The agent last spoke at ${lastSeenTime}; is nanny-agent running, and can it reach the control plane?`;
    return { isReady: false, reason: 'AgentSilent', message, silentForSeconds: silentSeconds - allowed };
  }
  const changesInSeconds = Math.max(1, Math.ceil(allowed - silentSeconds) + 1);
  const message = connectedTime === undefined ? 'The agent was there a moment ago' : 'The agent is connected';
  return { isReady: true, reason: 'Connected', message, changesInSeconds, silentForSeconds: 0 };
}

function notReady(reason: Readiness['reason'], message: string): Readiness {
  return { isReady: false, reason, message, silentForSeconds: 0 };
}
