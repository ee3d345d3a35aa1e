import { storageResource, type KindRegistry } from '../../kinds/kind-registry.ts';
import type { AdmissionAttributes } from '../../request/admission.ts';
import type { ApiObject, CompiledKind } from '../../schema/kinds.ts';
import type { MatchResources, ResourceRule } from '../kind/policy-types.ts';
import { isEmptySelector, matchesSelector } from './label-selector.ts';

/** What matching asks of the server. */
export interface MatchDeps {
  kinds: Pick<KindRegistry, 'all' | 'find'>;
  /** A namespace as it is now. */
  findNamespace: (name: string) => ApiObject | undefined;
}

/** The form in which a policy wants to see a write. */
export interface Matched {
  /** The kind that was matched; undefined for that of the request. */
  equivalent: CompiledKind | undefined;
}

/**
 * Tells whether a write is one of those that a policy or binding is about, as apiserver's `matching.Matcher` does.
 *
 * @returns undefined when it is not.
 */
export function matchWrite(deps: MatchDeps, request: AdmissionAttributes, match: MatchResources): Matched | undefined {
  const { resourceRules = [], excludeResourceRules = [] } = match;
  // The cheap question first: nearly all writes are none of a policy's business.
  const found: Matched | undefined =
    resourceRules.length === 0 ? { equivalent: undefined } : findRule(deps, request, resourceRules, match.matchPolicy);
  if (found === undefined) return undefined;
  if (!isInNamespace(deps, request, match) || !isSelected(request, match)) return undefined;
  return findRule(deps, request, excludeResourceRules, match.matchPolicy) === undefined ? found : undefined;
}

function isInNamespace(
  deps: MatchDeps,
  request: AdmissionAttributes,
  { namespaceSelector: selector = {} }: MatchResources,
): boolean {
  const { namespace, plural, group, subresource } = request.path;
  const isOfNamespaces = plural === 'namespaces' && group === '';
  if ((namespace === '' && !isOfNamespaces) || isEmptySelector(selector)) return true;
  const isItself = isOfNamespaces && subresource === '' && request.object !== undefined;
  const labels = isItself ? request.object?.metadata.labels : deps.findNamespace(namespace)?.metadata.labels;
  return matchesSelector(selector, labels);
}

/** Old or new state will do. */
function isSelected(
  { object, oldObject }: AdmissionAttributes,
  { objectSelector: selector = {} }: MatchResources,
): boolean {
  if (isEmptySelector(selector)) return true;
  return [object, oldObject].some((state) => state !== undefined && matchesSelector(selector, state.metadata.labels));
}

function findRule(
  deps: MatchDeps,
  request: AdmissionAttributes,
  rules: readonly ResourceRule[],
  matchPolicy: string | undefined,
): Matched | undefined {
  if (rules.some((rule) => isRuleOf(rule, request, request.path))) return { equivalent: undefined };
  if (matchPolicy === 'Exact') return undefined;
  for (const equivalent of equivalents(deps, request)) {
    if (rules.some((rule) => isRuleOf(rule, request, equivalent.resource))) return { equivalent };
  }
  return undefined;
}

/** The other kinds by which the same stored objects are served. */
function equivalents({ kinds }: MatchDeps, { path }: AdmissionAttributes): CompiledKind[] {
  const own = kinds.find(path.group, path.version, path.plural);
  if (own === undefined) return [];
  const stored = storageResource(own.resource);
  return kinds.all().filter((kind) => kind !== own && storageResource(kind.resource) === stored);
}

type Resource = Pick<AdmissionAttributes['path'], 'group' | 'version' | 'plural'>;

function isRuleOf(rule: ResourceRule, { operation, path }: AdmissionAttributes, resource: Resource): boolean {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [] } = rule;
  return (
    isOneOf(operations, operation) &&
    isOneOf(apiGroups, resource.group) &&
    isOneOf(apiVersions, resource.version) &&
    resources.some((text) => isResource(text, resource.plural, path.subresource)) &&
    isInScope(rule.scope, path) &&
    (resourceNames.length === 0 || resourceNames.includes(path.name))
  );
}

function isOneOf(items: readonly string[], wanted: string): boolean {
  return items.includes('*') || items.includes(wanted);
}

function isResource(text: string, plural: string, subresource: string): boolean {
  const [resource = '', ...rest] = text.split('/');
  const wanted = rest.join('/');
  return (resource === '*' || resource === plural) && (wanted === '*' || wanted === subresource);
}

/** Namespaces are of the cluster, though they lie in themselves. */
function isInScope(scope: string | undefined, { namespace, group, plural }: AdmissionAttributes['path']): boolean {
  if (scope === undefined || scope === '*') return true;
  const isOfCluster = namespace === '' || (group === '' && plural === 'namespaces');
  return (scope === 'Cluster') === isOfCluster;
}
