import type { ApiObject, Cause, CompiledKind } from '../kinds.ts';
import { invalid, required } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { defineBuiltin } from './define-builtin.ts';
import { labelSelectorCauses } from './label-selector-rules.ts';
import { pathSegmentErrors, RBAC_GROUP, RULES } from './rbac-words.ts';
import { ruleCauses } from './role-rules.ts';
import { CREATED_AT, withRules } from './role.ts';
import { listOf, object, text, textMap } from './schema-words.ts';

const SELECTOR = {
  ...object('Selects ClusterRoles by their labels; all that is asked must hold.', {
    matchLabels: textMap('Labels with these values.'),
    matchExpressions: listOf('Requirements.', {
      ...object('One requirement.', {
        key: text('Key of the label.'),
        operator: text('In, NotIn, Exists or DoesNotExist.'),
        values: listOf('Values for In and NotIn.', { type: 'string' }),
      }),
      required: ['key', 'operator'],
    }),
  }),
  'x-kubernetes-map-type': 'atomic' as const,
};

const AGGREGATION_RULE = object("Whose rules this role gathers; its own are then the server's.", {
  clusterRoleSelectors: listOf('One of these must select a role whose rules are gathered.', SELECTOR),
});

function aggregationCauses(role: ApiObject): Cause[] {
  const rule = role['aggregationRule'];
  if (!isJsonObject(rule)) return [];
  const selectors = Array.isArray(rule['clusterRoleSelectors']) ? rule['clusterRoleSelectors'] : [];
  const path = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, index) => {
    const at = `${path}[${index}]`;
    const causes = labelSelectorCauses(isJsonObject(selector) ? selector : {}, at);
    return causes.length === 0 ? [] : [...causes, invalid(at, null, 'invalid label selector.')];
  });
}

/** rbac.authorization.k8s.io/v1 ClusterRole: rights in all namespaces, on cluster-scoped objects and on paths. */
export function clusterRoleKind(): CompiledKind {
  return defineBuiltin({
    group: RBAC_GROUP,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
    description: 'Rights for bindings to give away, in one namespace or everywhere.',
    properties: { rules: RULES, aggregationRule: AGGREGATION_RULE },
    judgedBy: { type: 'object' },
    struct: { always: { rules: null } },
    canonicalize: withRules,
    columns: [CREATED_AT],
    nameErrors: pathSegmentErrors,
    extraCauses: (role) => [...ruleCauses(role, false), ...aggregationCauses(role)],
  });
}
