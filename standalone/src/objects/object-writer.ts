import type { Clock } from '@nannyapi/process';
import { invalidMessage, updateManagedFields } from '../schema/index.ts';
import type { ApiObject, Cause, CompiledKind, KindResource } from '../schema/index.ts';
import { storageResource } from '../kinds/kind-registry.ts';
import type { KindRegistry } from '../kinds/kind-registry.ts';
import { conflict, notFound, StatusError } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ObjectKey } from '../store/stored-object.ts';
import { admit, assertDeletable } from './built-in-admission.ts';
import { deletionPlan, isFinalized } from './deletion-plan.ts';
import type { DeleteOptions } from './deletion-plan.ts';
import { MAX_NAME_ATTEMPTS, nameNotGenerated, nameTaken, wantsGeneratedName } from './generated-name.ts';
import { initialObject } from './initial-object.ts';
import { checkNamespace } from './namespace-check.ts';
import { allowsUnconditionalUpdate, baseVersion, missingVersion } from './update-rules.ts';
import { isSameObject, nextObject, withGeneration } from './next-object.ts';
import type { Subresource } from './next-object.ts';
import type { WriteGuard } from './write-guard.ts';

/** Where CRDs are stored. */
const CRD_RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io';

/** How a write is recorded and whether it is only tried. */
export interface WriteOptions {
  /** Field manager that managedFields names. */
  manager: string;
  isDryRun: boolean;
  /** Who judges the write for the client that sent it. */
  guard?: WriteGuard;
}

/** An update of an existing object. */
export interface UpdateRequest extends WriteOptions {
  subresource: Subresource;
  /** The desired state, computed from a copy of the live one; runs in the same turn as the read. */
  modify: (live: ApiObject) => ApiObject;
  /** True when `modify` has already recorded managedFields (server-side apply). */
  isManaged?: boolean;
}

/** What a write led to. */
export interface Written {
  object: ApiObject;
  /** True when the object is gone: deleted, or its last finalizer was removed. */
  isGone: boolean;
}

/**
 * Every write to every object goes through here: the verbs, the garbage collector and the namespace life all make the
 * same checks.
 *
 * Each method reads the head state, computes and submits in one turn of the event loop, so two writers can never
 * interleave; the promise resolves when the write is on disk.
 */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #kinds: Pick<KindRegistry, 'findStored'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(deps: { store: ObjectStore; kinds: Pick<KindRegistry, 'findStored'>; clock: Pick<Clock, 'now'> }) {
    this.#store = deps.store;
    this.#kinds = deps.kinds;
    this.#clock = deps.clock;
  }

  /** Creates an object. @throws StatusError AlreadyExists, Invalid, NotFound (namespace), Forbidden (it ends). */
  async create(
    kind: CompiledKind,
    sent: ApiObject,
    options: WriteOptions & { namespace: string; isManaged?: boolean },
  ): Promise<ApiObject> {
    const now = this.#clock.now();
    const initial = this.#initial(kind, sent, options.namespace);
    const name = initial.metadata.name ?? '';
    checkNamespace(this.#store, kind.resource, { namespace: options.namespace, name });
    const sound = kind.prepareForCreate(initial);
    // What the server adds by itself belongs to no manager.
    const managed = options.isManaged
      ? sound
      : updateManagedFields({ next: sound, manager: options.manager, kind, now });
    const object = admit(kind, managed, { now, storedCrds: () => this.#storedCrds() });
    options.guard?.beforeValidation({ operation: 'CREATE', object });
    assertValid(kind.resource, name, kind.validate(object));
    options.guard?.afterValidation({ operation: 'CREATE', object });
    const key = keyOf(kind.resource, options.namespace, name);
    const taken = this.#store.head(key);
    if (taken !== undefined) {
      await this.#store.settled(key);
      throw wantsGeneratedName(sent) ? nameNotGenerated(kind.resource, name) : nameTaken(kind.resource, taken);
    }
    if (options.isDryRun) return object;
    await this.#store.put(key, this.#toStored(kind, object));
    return object;
  }

  /**
   * Changes an object. A change that changes nothing writes nothing.
   *
   * @throws StatusError NotFound, Conflict, Invalid.
   */
  async update(kind: CompiledKind, at: { namespace: string; name: string }, request: UpdateRequest): Promise<Written> {
    const key = keyOf(kind.resource, at.namespace, at.name);
    const stored = this.#store.head(key);
    if (stored === undefined) return await this.#refuseMissing(kind, key);
    const live = kind.fromStored(this.#store.parse(stored));
    // A second parse is a copy, at a third of what structuredClone takes.
    const sent = request.modify(kind.fromStored(this.#store.parse(stored)));
    checkVersion(kind, live, sent);
    const next = this.#finish(kind, live, sent, request);
    if (isSameObject(live, next)) return await this.#unchanged(key, live);
    if (isFinalized(kind, next)) return await this.#remove(kind, next, request.isDryRun, live);
    if (!request.isDryRun) await this.#store.put(key, this.#toStored(kind, next));
    return { object: next, isGone: false };
  }

  /**
   * Deletes an object, or marks it for deletion while finalizers hold it.
   *
   * @throws StatusError NotFound, Conflict (preconditions).
   */
  async delete(
    kind: CompiledKind,
    at: { namespace: string; name: string },
    options: DeleteOptions & { guard?: WriteGuard },
  ): Promise<Written> {
    const key = keyOf(kind.resource, at.namespace, at.name);
    const stored = this.#store.head(key);
    if (stored === undefined) return await this.#refuseMissing(kind, key);
    const live = kind.fromStored(this.#store.parse(stored));
    assertDeletable(kind, at.name);
    checkPreconditions(kind.resource, live, options);
    options.guard?.afterValidation({ operation: 'DELETE', oldObject: live });
    const next = deletionPlan(kind, live, options, this.#clock.now());
    if (next === undefined) return await this.#remove(kind, live, options.isDryRun);
    if (isSameObject(live, next)) return await this.#unchanged(key, live);
    if (isFinalized(kind, next)) return await this.#remove(kind, next, options.isDryRun);
    if (!options.isDryRun) await this.#store.put(key, this.#toStored(kind, next));
    return { object: next, isGone: false };
  }

  /** A name that the server makes up is made up anew when it is taken. */
  #initial(kind: CompiledKind, sent: ApiObject, namespace: string): ApiObject {
    const now = this.#clock.now();
    let initial = initialObject(kind, sent, { namespace, now });
    const isTaken = (): boolean =>
      this.#store.head(keyOf(kind.resource, namespace, initial.metadata.name ?? '')) !== undefined;
    for (let attempt = 1; attempt < MAX_NAME_ATTEMPTS && wantsGeneratedName(sent) && isTaken(); attempt += 1) {
      initial = initialObject(kind, sent, { namespace, now });
    }
    return initial;
  }

  #finish(kind: CompiledKind, live: ApiObject, sent: ApiObject, request: UpdateRequest): ApiObject {
    const pruned = kind.prune(nextObject(kind, live, sent, request.subresource)).object;
    const merged = admit(kind, kind.default(pruned), {
      now: this.#clock.now(),
      live,
      storedCrds: () => this.#storedCrds(),
    });
    const next = withGeneration(kind, live, merged);
    const name = live.metadata.name ?? '';
    const write = { operation: 'UPDATE', object: next, oldObject: live } as const;
    request.guard?.beforeValidation(write);
    assertValid(kind.resource, name, kind.validate(next, live));
    request.guard?.afterValidation(write);
    if (request.isManaged) return next;
    return updateManagedFields({
      live,
      next,
      manager: request.manager,
      ...(request.subresource === '' ? {} : { subresource: request.subresource }),
      kind,
      now: this.#clock.now(),
    });
  }

  #toStored(kind: CompiledKind, object: ApiObject): ApiObject {
    const stored = this.#kinds.findStored(storageResource(kind.resource));
    const kept = kind.toStored(object);
    return stored === undefined ? kept : stored.fromStored(kept);
  }

  /** Definitions that may have taken names. */
  *#storedCrds(): Generator<ApiObject> {
    for (const stored of this.#store.list(CRD_RESOURCE)) yield this.#store.parse(stored);
  }

  async #unchanged(key: ObjectKey, live: ApiObject): Promise<Written> {
    await this.#store.settled(key);
    return { object: live, isGone: false };
  }

  async #refuseMissing(kind: CompiledKind, key: ObjectKey): Promise<never> {
    await this.#store.settled(key);
    throw notFound(kind.resource, key.name);
  }

  /** Watchers are told the last state that was stored, as kube-apiserver tells them, and the client what it made of it. */
  async #remove(kind: CompiledKind, last: ApiObject, isDryRun: boolean, told = last): Promise<Written> {
    if (isDryRun) return { object: last, isGone: true };
    // The removal has a version of its own, for watchers; the client sees the last one that the object had.
    const { namespace = '', name = '' } = last.metadata;
    const final = this.#toStored(kind, { ...told, metadata: { ...told.metadata } });
    await this.#store.remove(keyOf(kind.resource, namespace, name), final);
    return { object: last, isGone: true };
  }
}

/** Key of an object in the store. */
export function keyOf(resource: KindResource, namespace: string, name: string): ObjectKey {
  return { resource: storageResource(resource), namespace: resource.namespaced ? namespace : '', name };
}

/** @throws StatusError Invalid (422) when there are causes. */
export function assertValid(
  resource: Pick<KindResource, 'group' | 'kind' | 'keptBy'>,
  name: string,
  causes: readonly Cause[],
): void {
  if (causes.length === 0) return;
  const { kind } = resource;
  // What is wrong is wrong with the object, which belongs to the group that keeps it.
  const { group } = resource.keptBy ?? resource;
  throw new StatusError('Invalid', invalidMessage({ group, kind }, name, causes), {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind,
    causes,
  });
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** @throws StatusError Conflict when the write is based on another state; Invalid when it must say on which and does not. */
function checkVersion(kind: CompiledKind, live: ApiObject, sent: ApiObject): void {
  const name = live.metadata.name ?? '';
  const base = baseVersion(sent.metadata.resourceVersion);
  if (base === '' && !allowsUnconditionalUpdate(kind)) throw missingVersion(kind.resource, name);
  if (base !== '' && base !== live.metadata.resourceVersion) throw conflict(kind.resource, name, MODIFIED);
}

function checkPreconditions({ group, kind }: KindResource, live: ApiObject, options: DeleteOptions): void {
  const name = live.metadata.name ?? '';
  // Here kube-apiserver names the kind, where other conflicts name the resource.
  const resource = { group, plural: kind };
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(resource, name, preconditionFailed('UID', uid, live.metadata.uid));
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      resource,
      name,
      preconditionFailed('ResourceVersion', resourceVersion, live.metadata.resourceVersion),
    );
  }
}

function preconditionFailed(what: string, wanted: string, found: string | undefined): string {
  return `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found ?? ''}`;
}
