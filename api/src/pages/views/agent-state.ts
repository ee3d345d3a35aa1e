import type { Agent } from '@nannyapi/crds';
import type { Tone } from './badge.ts';

const STATES: Readonly<Record<string, { text: string; tone: Tone }>> = {
  Connected: { text: 'Connected', tone: 'good' },
  NeverConnected: { text: 'Never connected', tone: 'warn' },
  AgentSilent: { text: 'Silent', tone: 'bad' },
  Revoked: { text: 'Disabled', tone: 'plain' },
  Suspended: { text: 'Paused', tone: 'plain' },
};

/** How a host fares, in a word: from its summary condition, but what an admin has just switched counts at once. */
export function agentState({ spec, status }: Agent): { text: string; tone: Tone } {
  if (spec.access === 'Revoked') return { text: 'Disabled', tone: 'plain' };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready) return { text: 'Unknown', tone: 'plain' };
  return STATES[ready.reason] ?? { text: ready.reason, tone: ready.status === 'True' ? 'good' : 'warn' };
}
