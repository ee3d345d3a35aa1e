import type { AgentStatus } from '@nannyapi/crds';
import { wireSchemas, type Heartbeat } from '@nannyapi/protocol';

/** What this replica knows of one agent. */
export interface AgentHealth {
  /** When it last spoke. */
  seenTime: Date;
  heartbeat?: Heartbeat | undefined;
  /**
   * A connection that began here and is not in the status yet. It is written once: later on, the agent may have moved
   * to another replica without this one knowing.
   */
  connection?: { time: Date; address: string; keyThumbprint?: string | undefined } | undefined;
}

/** A merge patch of `status`; `null` takes a field away. */
export type StatusPatch = { [Field in keyof AgentStatus]?: unknown };

const FACTS = Object.keys(wireSchemas.HEARTBEAT.properties.facts.properties);
const CAPABILITIES = Object.keys(wireSchemas.HEARTBEAT.properties.capabilities.properties);

/**
 * The patch that brings what is known into `Agent.status`.
 *
 * A fact that the agent no longer tells is taken away: a merge patch would keep it. Nothing is said of a connection
 * when there is none, because the agent may be connected to another replica.
 */
export function healthPatch(health: AgentHealth): StatusPatch {
  const { seenTime, heartbeat, connection } = health;
  return {
    lastSeenTime: seenTime.toISOString(),
    ...(connection
      ? {
          connectedTime: connection.time.toISOString(),
          address: connection.address,
          publicKeyThumbprint: connection.keyThumbprint ?? null,
        }
      : {}),
    ...(heartbeat
      ? {
          version: heartbeat.version,
          policyHash: heartbeat.policyHash,
          journalID: heartbeat.journalID,
          facts: whole(heartbeat.facts, FACTS),
          capabilities: whole(heartbeat.capabilities, CAPABILITIES),
        }
      : {}),
  };
}

/** What in a health, when it changes, is worth a write at once. */
export function healthDigest(health: AgentHealth): string {
  const { seenTime: _, ...rest } = health;
  return JSON.stringify(rest);
}

function whole(values: object, fields: readonly string[]): Record<string, unknown> {
  return { ...Object.fromEntries(fields.map((field) => [field, null])), ...values };
}
