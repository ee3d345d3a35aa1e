import type { CompiledKind, SchemaNode } from '../kinds.ts';
import { defineBuiltin } from './define-builtin.ts';
import { texts } from './rbac-words.ts';
import { flag, listOf, object, text } from './schema-words.ts';

const GROUP = 'authorization.k8s.io';

function selector(what: string): SchemaNode {
  return object(`Which objects are meant, by their ${what}.`, {
    rawSelector: text('The selector as in a URL; instead of requirements.'),
    requirements: listOf('All of these must hold.', {
      ...object('One requirement.', {
        key: text(`Which of the ${what}.`),
        operator: text('In, NotIn, Exists or DoesNotExist.'),
        values: texts('Values for In and NotIn.'),
      }),
      required: ['key', 'operator'],
    }),
  });
}

const RESOURCE_ATTRIBUTES = object('What is to be done with a resource.', {
  namespace: text('Namespace; empty for cluster-scoped objects, and for all namespaces.'),
  verb: text('get, list, watch, create, update, patch, delete, …; * is all.'),
  group: text('API group; * is all.'),
  version: text('API version; * is all.'),
  resource: text('Resource; * is all.'),
  subresource: text('Subresource; empty for none.'),
  name: text('Name of one object; empty for all.'),
  fieldSelector: selector('fields'),
  labelSelector: selector('labels'),
});

const ATTRIBUTES = {
  resourceAttributes: RESOURCE_ATTRIBUTES,
  nonResourceAttributes: object('What is to be done with a path.', {
    path: text('The path.'),
    verb: text('The verb, an HTTP method in small letters.'),
  }),
};

const SUBJECT = {
  user: text('Name of the user.'),
  groups: texts('Groups of the user.'),
  extra: {
    type: 'object',
    description: 'What else is known of the user.',
    additionalProperties: { type: 'array', items: { type: 'string' } },
  } as SchemaNode,
  uid: text('UID of the user.'),
};

const STATUS = {
  ...object('Whether it may be done.', {
    allowed: flag('It may.'),
    denied: flag('It may not, whatever other authorizers say.'),
    reason: text('Why.'),
    evaluationError: text('What went wrong on the way; the answer counts all the same.'),
  }),
  required: ['allowed'],
};

const RULES_STATUS = object('What the asker may do.', {
  resourceRules: listOf(
    'Rights on resources.',
    object('One rule.', {
      verbs: texts('Verbs.'),
      apiGroups: texts('API groups.'),
      resources: texts('Resources.'),
      resourceNames: texts('Names; none means all.'),
    }),
  ),
  nonResourceRules: listOf(
    'Rights on paths.',
    object('One rule.', { verbs: texts('Verbs.'), nonResourceURLs: texts('Paths.') }),
  ),
  incomplete: flag('There may be more that the list does not tell.'),
  evaluationError: text('What went wrong on the way.'),
});

function reviewKind(
  kind: string,
  words: { namespaced: boolean; description: string; spec: SchemaNode; status: SchemaNode },
): CompiledKind {
  const { namespaced, description, spec, status } = words;
  return defineBuiltin({
    group: GROUP,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    verbs: ['create'],
    isStored: false,
    description,
    properties: { spec, status },
    required: ['spec'],
    judgedBy: { type: 'object' },
    struct: { always: { spec: {} } },
  });
}

/** authorization.k8s.io/v1: the four reviews. They are answered and never stored. */
export function accessReviewKinds(): CompiledKind[] {
  const asked = object('Who wants to do what.', { ...ATTRIBUTES, ...SUBJECT });
  return [
    reviewKind('SubjectAccessReview', {
      namespaced: false,
      description: 'Asks whether somebody may do something.',
      spec: asked,
      status: STATUS,
    }),
    reviewKind('LocalSubjectAccessReview', {
      namespaced: true,
      description: 'Asks whether somebody may do something in one namespace.',
      spec: asked,
      status: STATUS,
    }),
    reviewKind('SelfSubjectAccessReview', {
      namespaced: false,
      description: 'Asks whether the asker may do something.',
      spec: object('What is wanted.', ATTRIBUTES),
      status: STATUS,
    }),
    reviewKind('SelfSubjectRulesReview', {
      namespaced: false,
      description: 'Asks what the asker may do in a namespace.',
      spec: object('Where.', { namespace: text('The namespace.') }),
      status: RULES_STATUS,
    }),
  ];
}
