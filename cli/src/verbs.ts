import type { VerbTable } from './verb.ts';

/** Everything that `nanny` does. */
export const VERBS: VerbTable = {
  agents: {
    summary: 'List hosts, let them in and out',
    load: async () => (await import('./agents.ts')).agents,
  },
  'enrollment-token': {
    summary: 'Make and revoke install tokens, for hosts that nobody sits at',
    load: async () => (await import('./enrollment-token.ts')).enrollmentToken,
  },
  import: {
    summary: 'Bring an export of a control plane into a cluster',
    load: async () => (await import('./import.ts')).importVerb,
  },
  investigate: {
    summary: 'Ask why a host is unwell',
    load: async () => (await import('./investigate.ts')).investigate,
  },
  login: {
    summary: 'Let this command line act for you at a control plane',
    load: async () => (await import('./login.ts')).login,
  },
  logout: {
    summary: 'End the login of this command line',
    load: async () => (await import('./logout.ts')).logout,
  },
  policy: {
    summary: 'Ask the safety policy about commands and traces',
    load: async () => (await import('./policy.ts')).policy,
  },
  quickstart: {
    summary: 'Investigate this very machine, set-up included',
    load: async () => (await import('./quickstart.ts')).quickstart,
  },
  standalone: {
    summary: 'Run the control plane on this machine, without a cluster',
    load: async () => (await import('./standalone.ts')).standalone,
  },
  whoami: {
    summary: 'Tell as whom this command line acts, and where',
    load: async () => (await import('./whoami.ts')).whoami,
  },
};
