import type { ApiObject, CompiledKind, OwnerReference } from '../schema/index.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, withoutFinalizer } from '../objects/finalizers.ts';
import { storageResource } from '../kinds/kind-registry.ts';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { BackgroundWork } from './background-work.ts';

const MANAGER = 'garbage-collector';

/**
 * Deletes what belongs to nobody any more, by ownerReferences, as Kubernetes' garbage collector does.
 *
 * - Background: the owner is gone, its dependents follow.
 * - Foreground: the owner waits, marked by a finalizer, until the dependents that block its deletion are gone.
 * - Orphan: the dependents lose their reference first, then the owner goes.
 *
 * It looks only at objects that a change touched; a full look happens at start, for what an earlier run left undone.
 */
export class GarbageCollector {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  #stop: () => void = () => undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: MANAGER, log: context.log, clock: context.clock });
  }

  start(): void {
    const { store } = this.#context;
    this.#stop = store.onChange((change) => this.#onChange(change));
    for (const resource of store.resources()) {
      for (const object of store.list(resource)) this.#look(object);
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  #onChange({ type, object }: Change): void {
    if (type !== 'DELETED') {
      this.#look(object);
      return;
    }
    for (const dependent of this.#context.store.owners.dependentsOf(object.uid)) this.#look(dependent);
    // An owner that waits in the foreground may have waited for this one.
    for (const uid of object.ownerUids) {
      const owner = this.#context.store.owners.get(uid);
      if (owner?.isDeleting === true) this.#look(owner);
    }
  }

  #look(object: StoredObject): void {
    if (!object.isDeleting && object.ownerUids.length === 0) return;
    this.#work.run(object.uid, async () => await this.#pass(object.uid));
  }

  async #pass(uid: string): Promise<void> {
    const stored = this.#context.store.owners.get(uid);
    const kind = stored && this.#context.kinds.findStored(stored.resource);
    if (stored === undefined || kind === undefined) return;
    const object = this.#context.store.parse(stored);
    if (stored.isDeleting) await this.#finishOwner(kind, stored, object);
    else await this.#judgeDependent(kind, stored, object);
  }

  async #finishOwner(kind: CompiledKind, stored: StoredObject, owner: ApiObject): Promise<void> {
    const finalizers = owner.metadata.finalizers ?? [];
    const dependents = this.#context.store.owners.dependentsOf(stored.uid);
    if (finalizers.includes(ORPHAN_FINALIZER)) {
      await Promise.all(dependents.map((dependent) => this.#dropOwner(dependent, stored.uid)));
      await this.#modify(kind, stored, (live) => withoutFinalizer(live, ORPHAN_FINALIZER));
    } else if (finalizers.includes(FOREGROUND_FINALIZER)) {
      for (const dependent of dependents) if (!dependent.isDeleting) this.#look(dependent);
      if (dependents.some((dependent) => this.#isBlocking(dependent, stored.uid))) return;
      await this.#modify(kind, stored, (live) => withoutFinalizer(live, FOREGROUND_FINALIZER));
    }
  }

  /** Deletes a dependent without a living owner; one that still has another owner only loses the dead reference. */
  async #judgeDependent(kind: CompiledKind, stored: StoredObject, object: ApiObject): Promise<void> {
    const references = object.metadata.ownerReferences ?? [];
    // An owner in a namespace cannot be looked up for an object that is in none; Kubernetes then leaves it alone.
    if (stored.namespace === '' && references.some((reference) => this.#kindOf(reference)?.resource.namespaced)) return;
    const states = references.map((reference) => ({ reference, state: this.#stateOf(reference, stored) }));
    if (states.every(({ state }) => state === 'Living')) return;
    if (states.some(({ state }) => state === 'Living')) {
      await this.#modify(kind, stored, (live) =>
        withOwners(live, (owner) => this.#stateOf(owner, stored) === 'Living'),
      );
      return;
    }
    const isAwaited = states.some(({ state }) => state === 'WaitingInForeground');
    // One without dependents of its own has nothing to wait for.
    const hasDependents = this.#context.store.owners.dependentsOf(stored.uid).length > 0;
    const propagationPolicy = isAwaited && hasDependents ? 'Foreground' : 'Background';
    const preconditions = { uid: stored.uid, resourceVersion: String(stored.revision) };
    await ignoreOvertaken(
      this.#context.writer.delete(kind, stored, { isDryRun: false, propagationPolicy, preconditions }),
    );
  }

  #stateOf(reference: OwnerReference, dependent: StoredObject): 'Living' | 'WaitingInForeground' | 'Gone' {
    const { store } = this.#context;
    const kind = this.#kindOf(reference);
    // A kind that is not served here cannot be looked up: its objects are not known to be gone.
    if (kind === undefined) return 'Living';
    const owner = store.owners.get(reference.uid);
    const isThere =
      owner?.name === reference.name &&
      owner.resource === storageResource(kind.resource) &&
      (owner.namespace === '' || owner.namespace === dependent.namespace);
    if (!isThere) return 'Gone';
    const isWaiting =
      owner.isDeleting && store.parse(owner).metadata.finalizers?.includes(FOREGROUND_FINALIZER) === true;
    return isWaiting ? 'WaitingInForeground' : 'Living';
  }

  #kindOf({ apiVersion, kind }: OwnerReference): CompiledKind | undefined {
    return this.#context.kinds.findByKind(apiVersion, kind);
  }

  #isBlocking(dependent: StoredObject, ownerUid: string): boolean {
    const references = this.#context.store.parse(dependent).metadata.ownerReferences ?? [];
    return references.some((reference) => reference.uid === ownerUid && reference.blockOwnerDeletion === true);
  }

  async #dropOwner(dependent: StoredObject, ownerUid: string): Promise<void> {
    const kind = this.#context.kinds.findStored(dependent.resource);
    if (kind === undefined) return;
    await this.#modify(kind, dependent, (live) => withOwners(live, (owner) => owner.uid !== ownerUid));
  }

  async #modify(kind: CompiledKind, at: StoredObject, modify: (live: ApiObject) => ApiObject): Promise<void> {
    const { writer } = this.#context;
    await ignoreOvertaken(writer.update(kind, at, { subresource: '', modify, manager: MANAGER, isDryRun: false }));
  }
}

function withOwners(object: ApiObject, isKept: (owner: OwnerReference) => boolean): ApiObject {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(isKept);
  const { ownerReferences: _ownerReferences, ...rest } = object.metadata;
  return { ...object, metadata: ownerReferences.length === 0 ? rest : { ...rest, ownerReferences } };
}
