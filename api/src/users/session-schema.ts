const time = (description: string) => ({ description, type: 'string', format: 'date-time' });

/** The logins of one person; there are 32 at most. */
export const SESSION_LIST = {
  description: 'Those that have not ended, newest first; at most 32.',
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'client', 'startTime', 'expirationTime'],
        properties: {
          id: { description: 'It opens nothing.', type: 'string' },
          client: { description: 'What is logged in.', type: 'string', enum: ['Browser', 'CommandLine'] },
          startTime: time('When it began.'),
          lastSeenTime: time('When it was last used, to within a few minutes.'),
          expirationTime: time('When it ends at the latest.'),
          address: { description: 'The address that it began at.', type: 'string' },
          userAgent: { description: 'The program that it began with, as that told it.', type: 'string' },
          groups: { description: 'The groups that it brought.', type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
};
