import { anything, listOf, mapListOf, object, text, textMap } from '../../schema/builtin/schema-words.ts';
import type { SchemaNode } from '../../schema/kinds.ts';

const STRING: SchemaNode = { type: 'string' };
const texts = (description: string): SchemaNode => listOf(description, STRING);

/** A meta/v1 LabelSelector. */
export function labelSelector(description: string): SchemaNode {
  const requirement = object('A condition on one label.', {
    key: text('The label.'),
    operator: text('In, NotIn, Exists or DoesNotExist.'),
    values: texts('The values to compare with.'),
  });
  return {
    ...object(description, {
      matchLabels: textMap('Labels that must be there with these values.'),
      matchExpressions: listOf('Conditions that must all hold.', requirement),
    }),
    'x-kubernetes-map-type': 'atomic',
  };
}

function rules(description: string): SchemaNode {
  const rule = object('Writes of one sort.', {
    apiGroups: texts('API groups, or *.'),
    apiVersions: texts('Versions, or *.'),
    resources: texts('Resources: x, x/sub, x/*, */sub, * or */*.'),
    operations: texts('CREATE, UPDATE, DELETE, CONNECT or *.'),
    scope: text('Cluster, Namespaced or *.'),
    resourceNames: texts('Names of objects; all without it.'),
  });
  return listOf(description, { ...rule, 'x-kubernetes-map-type': 'atomic' });
}

/** Which writes a policy or a binding is about. */
export function matchResources(description: string): SchemaNode {
  return {
    ...object(description, {
      resourceRules: rules('One of these must match.'),
      excludeResourceRules: rules('None of these may match.'),
      namespaceSelector: labelSelector('What the namespace must be like.'),
      objectSelector: labelSelector('What the object must be like, before or after.'),
      matchPolicy: text('Exact, or Equivalent: the same object by another version is meant too.'),
    }),
    'x-kubernetes-map-type': 'atomic',
  };
}

const named = (description: string, what: string): SchemaNode =>
  object(description, { name: text('Name.'), expression: text(what) });

/** `spec` of a ValidatingAdmissionPolicy. */
export const POLICY_SPEC: SchemaNode = object('What the policy asks of writes.', {
  failurePolicy: text('What becomes of a write when an expression fails: Fail or Ignore.'),
  paramKind: {
    ...object('Kind of the objects that bindings give as parameters.', {
      apiVersion: text('Its group and version.'),
      kind: text('Its kind.'),
    }),
    'x-kubernetes-map-type': 'atomic',
  },
  matchConstraints: matchResources('Which writes are judged.'),
  matchConditions: mapListOf(
    'Conditions without which a write is not judged.',
    named('A condition.', 'CEL that tells whether it holds.'),
    ['name'],
  ),
  variables: mapListOf('Values that expressions share.', named('A variable.', 'CEL that gives its value.'), ['name']),
  validations: listOf(
    'What must hold.',
    object('A rule.', {
      expression: text('CEL that tells whether it holds.'),
      message: text('What is said when it does not.'),
      messageExpression: text('CEL that gives what is said.'),
      reason: text('Reason of the refusal.'),
    }),
  ),
  auditAnnotations: listOf(
    'What is written into the audit log.',
    object('An entry.', { key: text('Its key.'), valueExpression: text('CEL that gives its value.') }),
  ),
});

/** `status` of a ValidatingAdmissionPolicy. */
export const POLICY_STATUS: SchemaNode = object('What a controller found out about the policy.', {
  observedGeneration: { type: 'integer', format: 'int64', description: 'Generation that was looked at.' },
  typeChecking: object('Results of type checking.', {
    expressionWarnings: listOf(
      'Complaints.',
      object('A complaint.', { fieldRef: text('Of which field.'), warning: text('What it is.') }),
    ),
  }),
  conditions: mapListOf('Conditions.', anything('A condition.'), ['type']),
});

/** `spec` of a ValidatingAdmissionPolicyBinding. */
export const BINDING_SPEC: SchemaNode = object('How a policy is put to use.', {
  policyName: text('Name of the policy.'),
  paramRef: {
    ...object('The objects that are its parameters.', {
      name: text('Name of one.'),
      namespace: text('Where they are; that of the object that is written without it.'),
      selector: labelSelector('Labels of many.'),
      parameterNotFoundAction: text('What to do where there is none: Allow or Deny.'),
    }),
    'x-kubernetes-map-type': 'atomic',
  },
  matchResources: matchResources('Which of the writes that the policy judges.'),
  validationActions: {
    type: 'array',
    description: 'What becomes of a write that is against it: Deny, Warn or Audit.',
    items: STRING,
    'x-kubernetes-list-type': 'set',
  },
});
