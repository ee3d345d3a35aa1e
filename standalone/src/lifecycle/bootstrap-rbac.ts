import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { keyOf } from '../objects/object-writer.ts';
import { AUTOUPDATE, bootstrapBindings, bootstrapRoles } from '../rbac/bootstrap-policy.ts';
import { uncovered } from '../rbac/covers.ts';
import { RBAC_RESOURCES } from '../rbac/rbac-objects.ts';
import type { PolicyRule, Subject } from '../rbac/rbac-objects.ts';
import type { ApiContext } from '../request/api-context.ts';

const MANAGER = 'kube-apiserver';

/**
 * Makes the roles and bindings that every server has, and puts back rules and subjects that somebody took out of them,
 * as kube-apiserver does at each start: a mistake must not lock everybody out for good.
 */
export async function ensureBootstrapRbac(context: ApiContext): Promise<void> {
  const roles = bootstrapRoles().map((role) => ensure(context, RBAC_RESOURCES.clusterRole, role));
  const bindings = bootstrapBindings().map((binding) => ensure(context, RBAC_RESOURCES.clusterRoleBinding, binding));
  await Promise.all([...roles, ...bindings]);
}

async function ensure({ kinds, store, writer }: ApiContext, resource: string, wanted: ApiObject): Promise<void> {
  const kind = kinds.findStored(resource);
  if (kind === undefined) throw new Error(`the kind of ${resource} is built in`);
  const { name = '' } = wanted.metadata;
  const stored = store.head(keyOf(kind.resource, '', name));
  const options = { manager: MANAGER, isDryRun: false };
  if (stored === undefined) {
    await writer.create(kind, wanted, { ...options, namespace: '' });
    return;
  }
  const live = store.parse(stored);
  if (live.metadata.annotations?.[AUTOUPDATE] !== 'true' || isWhole(kind, live, wanted)) return;
  const modify = (current: ApiObject): ApiObject => mended(current, wanted);
  await writer.update(kind, { namespace: '', name }, { ...options, subresource: '', modify });
}

function isWhole({ resource }: CompiledKind, live: ApiObject, wanted: ApiObject): boolean {
  if (resource.plural === 'clusterroles') return missingRules(live, wanted).length === 0;
  return missingSubjects(live, wanted).length === 0;
}

function mended(live: ApiObject, wanted: ApiObject): ApiObject {
  if (live['roleRef'] === undefined) return { ...live, rules: [...rulesOf(live), ...missingRules(live, wanted)] };
  return { ...live, subjects: [...subjectsOf(live), ...missingSubjects(live, wanted)] };
}

function missingRules(live: ApiObject, wanted: ApiObject): PolicyRule[] {
  return uncovered(rulesOf(live), rulesOf(wanted));
}

function missingSubjects(live: ApiObject, wanted: ApiObject): Subject[] {
  const present = subjectsOf(live).map(({ kind, name }) => `${kind} ${name}`);
  return subjectsOf(wanted).filter(({ kind, name }) => !present.includes(`${kind} ${name}`));
}

function rulesOf(role: ApiObject): PolicyRule[] {
  return (role['rules'] ?? []) as PolicyRule[];
}

function subjectsOf(binding: ApiObject): Subject[] {
  return (binding['subjects'] ?? []) as Subject[];
}
