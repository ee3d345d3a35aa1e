import type { FieldType, MessageType } from './message-types.ts';

const SELECTOR: MessageType = {
  1: { name: 'rawSelector', type: 'string' },
  2: {
    name: 'requirements',
    type: {
      listOf: {
        1: { name: 'key', type: 'string' },
        2: { name: 'operator', type: 'string' },
        3: { name: 'values', type: 'list:string' },
      },
    },
  },
};

const ATTRIBUTES: MessageType = {
  1: {
    name: 'resourceAttributes',
    type: {
      message: {
        1: { name: 'namespace', type: 'string' },
        2: { name: 'verb', type: 'string' },
        3: { name: 'group', type: 'string' },
        4: { name: 'version', type: 'string' },
        5: { name: 'resource', type: 'string' },
        6: { name: 'subresource', type: 'string' },
        7: { name: 'name', type: 'string' },
        8: { name: 'fieldSelector', type: { message: SELECTOR } },
        9: { name: 'labelSelector', type: { message: SELECTOR } },
      },
    },
  },
  2: {
    name: 'nonResourceAttributes',
    type: { message: { 1: { name: 'path', type: 'string' }, 2: { name: 'verb', type: 'string' } } },
  },
};

const OF_ANYBODY: MessageType = {
  ...ATTRIBUTES,
  3: { name: 'user', type: 'string' },
  4: { name: 'groups', type: 'list:string' },
  5: { name: 'extra', type: 'map:list' },
  6: { name: 'uid', type: 'string' },
};

const spec = (message: MessageType): { name: string; type: FieldType } => ({ name: 'spec', type: { message } });

/**
 * Questions without their metadata; their answers are the server's. Source: `generated.proto` of `k8s.io/api/authorization/v1`
 * and `k8s.io/api/authentication/v1`.
 */
export const REVIEW_MESSAGES: Readonly<Record<string, MessageType>> = {
  'authorization.k8s.io/v1/SubjectAccessReview': { 2: spec(OF_ANYBODY) },
  'authorization.k8s.io/v1/LocalSubjectAccessReview': { 2: spec(OF_ANYBODY) },
  'authorization.k8s.io/v1/SelfSubjectAccessReview': { 2: spec(ATTRIBUTES) },
  'authorization.k8s.io/v1/SelfSubjectRulesReview': { 2: spec({ 1: { name: 'namespace', type: 'string' } }) },
  'authentication.k8s.io/v1/SelfSubjectReview': {},
  'authentication.k8s.io/v1/TokenReview': {
    2: spec({ 1: { name: 'token', type: 'string' }, 2: { name: 'audiences', type: 'list:string' } }),
  },
  'authentication.k8s.io/v1/TokenRequest': {
    2: spec({
      1: { name: 'audiences', type: 'list:string' },
      3: {
        name: 'boundObjectRef',
        type: {
          message: {
            1: { name: 'kind', type: 'string' },
            2: { name: 'apiVersion', type: 'string' },
            3: { name: 'name', type: 'string' },
            4: { name: 'uid', type: 'string' },
          },
        },
      },
      4: { name: 'expirationSeconds', type: 'int64' },
    }),
  },
};
