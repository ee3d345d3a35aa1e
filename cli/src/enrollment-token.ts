import { UsageError, type Verb } from './verb.ts';

/** `nanny enrollment-token`: install tokens, for hosts that nobody sits at. */
export const enrollmentToken: Verb = {
  help: `Usage: nanny enrollment-token create|list|revoke [options]

An install token lets a host in without anybody approving it. It ends, is good for a number of hosts, and if wanted
from some networks alone.
`,
  verbs: {
    create: {
      summary: 'Make an install token; it is shown once',
      load: async () => (await import('./enrollment-token/create.ts')).createEnrollmentToken,
    },
    list: {
      summary: 'List install tokens, without the tokens',
      load: async () => (await import('./enrollment-token/list.ts')).listEnrollmentTokens,
    },
    revoke: {
      summary: 'Let no further host in by an install token',
      load: async () => (await import('./enrollment-token/revoke.ts')).revokeEnrollmentToken,
    },
  },
  run: async () => {
    throw new UsageError('say create, list or revoke');
  },
};
