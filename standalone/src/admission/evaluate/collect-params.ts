import { CodedError } from '@nannyapi/process';
import { storageResource, type KindRegistry } from '../../kinds/kind-registry.ts';
import type { ApiObject } from '../../schema/kinds.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { BindingSpec, PolicySpec } from '../kind/policy-types.ts';
import { matchesSelector } from './label-selector.ts';

/** Where parameters are looked up. */
export interface ParamDeps {
  store: Pick<ObjectStore, 'get' | 'list' | 'parse'>;
  kinds: Pick<KindRegistry, 'findByKind'>;
}

/**
 * The objects that a binding gives a policy as `params`, one run of the policy each; undefined stands for none.
 *
 * @param namespace that of the object that is written, '' for a cluster-scoped one
 * @throws CodedError `PolicyMisconfigured`, in the words of apiserver's `CollectParams`.
 */
export function collectParams(
  deps: ParamDeps,
  { paramKind }: PolicySpec,
  { paramRef }: BindingSpec,
  namespace: string,
): (ApiObject | undefined)[] {
  if (paramKind === undefined || paramRef === undefined) return [undefined];
  const { apiVersion = '', kind: kindName = '' } = paramKind;
  const kind = deps.kinds.findByKind(apiVersion, kindName);
  if (kind === undefined) {
    throw misconfigured(`paramKind kind \`&ParamKind{APIVersion:${apiVersion},Kind:${kindName},}\` not known`);
  }
  const resource = storageResource(kind.resource);
  const place = placeOf(kind.resource.namespaced, paramRef.namespace ?? '', namespace);
  const { name = '', selector = {} } = paramRef;
  const stored =
    name === ''
      ? [...deps.store.list(resource, place)].filter(({ labels }) => matchesSelector(selector, labels))
      : [deps.store.get({ resource, namespace: place ?? '', name })].filter((object) => object !== undefined);
  if (stored.length === 0 && paramRef.parameterNotFoundAction === 'Deny') {
    throw misconfigured('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return stored.map((object) => kind.fromStored(deps.store.parse(object)));
}

/** @returns undefined for cluster-scoped parameters. */
function placeOf(isNamespaced: boolean, wanted: string, namespace: string): string | undefined {
  if (!isNamespaced) {
    if (wanted === '') return undefined;
    throw misconfigured('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  if (wanted !== '') return wanted;
  if (namespace !== '') return namespace;
  throw misconfigured('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
}

function misconfigured(message: string): CodedError {
  return new CodedError({ code: 'PolicyMisconfigured', message });
}
