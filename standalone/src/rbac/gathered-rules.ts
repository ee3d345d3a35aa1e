import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from '../schema/index.ts';
import type { ClusterRoleSelector, PolicyRule } from './rbac-objects.ts';

/** A ClusterRole, and whose rules it has. */
export interface GatheringRole extends ApiObject {
  rules?: readonly PolicyRule[] | null;
  aggregationRule?: { clusterRoleSelectors?: readonly ClusterRoleSelector[] };
}

type Labels = Readonly<Record<string, string>>;

/** The rules that a role gathers: selector by selector, role by role in order of names, each rule once. */
export function gatheredRules(role: GatheringRole, all: readonly GatheringRole[]): PolicyRule[] {
  const others = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const found: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of others) {
      if (!isSelected(selector, other.metadata.labels ?? {})) continue;
      for (const rule of other.rules ?? []) {
        if (!found.some((known) => isDeepStrictEqual(known, rule))) found.push(rule);
      }
    }
  }
  return found;
}

/** A meta/v1 LabelSelector that asks nothing selects everything. */
function isSelected({ matchLabels = {}, matchExpressions = [] }: ClusterRoleSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => ownLabel(labels, key) === value) &&
    matchExpressions.every((requirement) => isMet(requirement, labels))
  );
}

function isMet(
  { key, operator, values = [] }: NonNullable<ClusterRoleSelector['matchExpressions']>[number],
  labels: Labels,
): boolean {
  const value = ownLabel(labels, key);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isIn = value !== undefined && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}

function ownLabel(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
