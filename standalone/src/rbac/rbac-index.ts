import type { UserInfo } from '../auth/token-store.ts';
import { accountUserName } from '../service-accounts/account-user.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { RBAC_RESOURCES } from './rbac-objects.ts';
import type { PolicyRule, RoleRef, Subject } from './rbac-objects.ts';

/** A binding, for one of its subjects. */
export interface Grant {
  /** Namespace of the binding; '' for a ClusterRoleBinding. */
  namespace: string;
  binding: string;
  roleRef: RoleRef;
  subject: Subject;
  /** Place of the subject in the binding. */
  position: number;
}

/** A role that a binding names and that does not exist. */
export interface MissingRole {
  missing: string;
}

type Store = Pick<ObjectStore, 'list' | 'onChange' | 'parse'>;

/**
 * Roles by name and bindings by subject, kept up with the store's committed state: a request costs a look at the bindings
 * of its user and groups that count where it goes, however many others there are.
 */
export class RbacIndex {
  readonly #store: Store;
  /** Rules by `NAMESPACE/NAME`; ClusterRoles have no namespace. */
  readonly #rules = new Map<string, readonly PolicyRule[]>();
  /** Bindings by namespace and subject. */
  readonly #grantsByPlace = new Map<string, Grant[]>();
  readonly #grantsByBinding = new Map<string, { place: string; grant: Grant }[]>();

  constructor(store: Store) {
    this.#store = store;
    for (const resource of Object.values(RBAC_RESOURCES)) {
      for (const object of store.list(resource)) this.#put(object);
    }
  }

  /** Follows the store. Returns how to stop. */
  follow(): () => void {
    return this.#store.onChange((change) => this.#onChange(change));
  }

  /** The bindings that are for a user and count in a namespace: those of the cluster first, each by name. */
  grantsOf({ name, groups }: UserInfo, namespace: string): Grant[] {
    const found: Grant[] = [];
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      this.#collect(found, placeKey(scope, 'User', name));
      for (const group of groups) this.#collect(found, placeKey(scope, 'Group', group));
    }
    // A binding that is for several groups of the user counts once, for the first of them that it names.
    return found.length < 2 ? found : found.sort(byScopeAndName).filter(isOther);
  }

  /** The rules that a binding gives. */
  rulesOf({ namespace, roleRef }: Pick<Grant, 'namespace' | 'roleRef'>): readonly PolicyRule[] | MissingRole {
    const isLocal = roleRef.kind === 'Role';
    const rules = this.#rules.get(`${isLocal ? namespace : ''}/${roleRef.name}`);
    if (rules !== undefined) return rules;
    const kind = isLocal ? 'role' : 'clusterrole';
    return { missing: `${kind}.rbac.authorization.k8s.io ${JSON.stringify(roleRef.name)} not found` };
  }

  #collect(found: Grant[], place: string): void {
    const grants = this.#grantsByPlace.get(place);
    if (grants !== undefined) found.push(...grants);
  }

  #onChange({ type, object }: Change): void {
    if (!isRbac(object.resource)) return;
    if (type === 'DELETED') this.#remove(object);
    else this.#put(object);
  }

  #put(stored: StoredObject): void {
    this.#remove(stored);
    const object = this.#store.parse(stored);
    if (isRole(stored.resource)) {
      this.#rules.set(keyOf(stored), (object['rules'] ?? []) as PolicyRule[]);
      return;
    }
    const { namespace, name } = stored;
    const roleRef = object['roleRef'] as RoleRef;
    const entries = ((object['subjects'] ?? []) as Subject[]).flatMap((subject, position) => {
      const place = subjectPlace(subject, namespace);
      return place === undefined ? [] : [{ place, grant: { namespace, binding: name, roleRef, subject, position } }];
    });
    this.#grantsByBinding.set(keyOf(stored), entries);
    for (const { place, grant } of entries) {
      const grants = this.#grantsByPlace.get(place);
      if (grants === undefined) this.#grantsByPlace.set(place, [grant]);
      else grants.push(grant);
    }
  }

  #remove(stored: StoredObject): void {
    const key = keyOf(stored);
    if (isRole(stored.resource)) {
      this.#rules.delete(key);
      return;
    }
    for (const { place, grant } of this.#grantsByBinding.get(key) ?? []) {
      const left = (this.#grantsByPlace.get(place) ?? []).filter((other) => other !== grant);
      if (left.length === 0) this.#grantsByPlace.delete(place);
      else this.#grantsByPlace.set(place, left);
    }
    this.#grantsByBinding.delete(key);
  }
}

/** ClusterRoles and ClusterRoleBindings have no namespace, so one key serves both scopes. */
function keyOf({ namespace, name }: StoredObject): string {
  return `${namespace}/${name}`;
}

function isRbac(resource: string): boolean {
  return Object.values(RBAC_RESOURCES).some((known) => known === resource);
}

function isRole(resource: string): boolean {
  return resource === RBAC_RESOURCES.role || resource === RBAC_RESOURCES.clusterRole;
}

/** Where a binding for a subject is found; undefined for one that is nobody: a ServiceAccount of no namespace. */
function subjectPlace({ kind, name, namespace = '' }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User' || kind === 'Group') return placeKey(bindingNamespace, kind, name);
  const home = namespace === '' ? bindingNamespace : namespace;
  if (kind !== 'ServiceAccount' || home === '') return undefined;
  return placeKey(bindingNamespace, 'User', accountUserName(home, name));
}

/** No namespace has a space in it. */
function placeKey(scope: string, kind: 'User' | 'Group', name: string): string {
  return `${scope} ${kind} ${name}`;
}

function byScopeAndName(a: Grant, b: Grant): number {
  if (a.namespace !== b.namespace) return a.namespace === '' ? -1 : 1;
  if (a.binding !== b.binding) return a.binding < b.binding ? -1 : 1;
  return a.position - b.position;
}

function isOther(grant: Grant, index: number, grants: readonly Grant[]): boolean {
  const before = grants[index - 1];
  return before?.binding !== grant.binding || before.namespace !== grant.namespace;
}
