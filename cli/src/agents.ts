import { UsageError, type Verb } from './verb.ts';

/** `nanny agents`: the hosts that a control plane knows, and who may become one. */
export const agents: Verb = {
  help: `Usage: nanny agents list|approve|deny|revoke [options]

The hosts that the control plane knows. One that wants to be enrolled shows a code; who approves the code lets it in.
`,
  verbs: {
    list: { summary: 'List hosts', load: async () => (await import('./agents/list.ts')).listAgents },
    approve: {
      summary: 'Let the host in that shows a code',
      load: async () => (await import('./agents/approve.ts')).approveAgent,
    },
    deny: {
      summary: 'Refuse the host that shows a code',
      load: async () => (await import('./agents/deny.ts')).denyAgent,
    },
    revoke: {
      summary: 'Take the key and tokens of a host away',
      load: async () => (await import('./agents/revoke.ts')).revokeAgent,
    },
  },
  run: async () => {
    throw new UsageError('say list, approve, deny or revoke');
  },
};
