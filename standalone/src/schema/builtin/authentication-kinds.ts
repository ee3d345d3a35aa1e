import type { CompiledKind, SchemaNode } from '../kinds.ts';
import { defineBuiltin } from './define-builtin.ts';
import { texts } from './rbac-words.ts';
import { flag, object, text, time } from './schema-words.ts';

const GROUP = 'authentication.k8s.io';

const USER = object('The user.', {
  username: text('Name.'),
  uid: text('UID.'),
  groups: texts('Groups.'),
  extra: {
    type: 'object',
    description: 'What else is known.',
    additionalProperties: { type: 'array', items: { type: 'string' } },
  },
});

/** authentication.k8s.io/v1: who has a token, and who am I. They are answered and never stored. */
export function authenticationKinds(): CompiledKind[] {
  return [
    reviewKind('TokenReview', 'Asks whose token this is.', {
      spec: object('The token.', {
        token: text('The bearer token.'),
        audiences: texts('Whom the token must be for, one of these; this server when none is given.'),
      }),
      status: object('What is known of it.', {
        authenticated: flag('The token counts.'),
        user: USER,
        audiences: texts('Those of the audiences asked for that the token is for.'),
        error: text('Why it does not count.'),
      }),
    }),
    reviewKind('SelfSubjectReview', 'Asks who the asker is.', {
      status: object('Who it is.', { userInfo: USER }),
    }),
  ];
}

function reviewKind(kind: string, description: string, properties: Record<string, SchemaNode>): CompiledKind {
  return defineBuiltin({
    group: GROUP,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: false,
    verbs: ['create'],
    isStored: false,
    description,
    properties,
    judgedBy: { type: 'object' },
    struct: {},
  });
}

/** authentication.k8s.io/v1 TokenRequest: what the subresource `token` of a ServiceAccount takes and gives. */
export function tokenRequestKind(): CompiledKind {
  return defineBuiltin({
    group: GROUP,
    kind: 'TokenRequest',
    plural: 'tokenrequests',
    namespaced: true,
    verbs: ['create'],
    isStored: false,
    description: 'Asks for a token of a ServiceAccount.',
    properties: {
      spec: {
        ...object('What the token is to be.', {
          audiences: texts('Whom the token is for; this server when none is given.'),
          expirationSeconds: { type: 'integer', format: 'int64', description: 'How long it counts, 600 at least.' },
          boundObjectRef: object('The token ends with this object.', {
            kind: text('Secret, Node or Pod.'),
            apiVersion: text('v1.'),
            name: text('Name.'),
            uid: text('UID; an object of this name and another UID does not do.'),
          }),
        }),
        required: ['audiences'],
      },
      status: {
        ...object('The token.', {
          token: text('The token; whoever has it is the ServiceAccount.'),
          expirationTimestamp: time('When it ends.'),
        }),
        required: ['token', 'expirationTimestamp'],
      },
    },
    required: ['spec'],
    judgedBy: { type: 'object' },
    struct: { pointers: ['spec.expirationSeconds'], always: { spec: {} } },
  });
}
