import { CodedError } from '@nannyapi/process';
import { compileStoredCrd, isEstablished } from '../schema/index.ts';
import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { CRD_FINALIZER, withoutFinalizer } from '../objects/finalizers.ts';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { BackgroundWork } from './background-work.ts';

/** Where CRDs are stored. */
const CRD_RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io';
const MANAGER = 'crd-lifecycle';

/**
 * Serves what the stored CustomResourceDefinitions define: from the turn in which one is committed until its objects
 * and then itself are gone.
 */
export class CrdLifecycle {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  #stop: () => void = () => undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: MANAGER, log: context.log, clock: context.clock });
  }

  /** Serves the stored CRDs and follows their changes. */
  start(): void {
    const { store } = this.#context;
    this.#stop = store.onChange((change) => this.#onChange(change));
    for (const stored of store.list(CRD_RESOURCE)) this.#serve(stored);
  }

  /** Creates or updates CRDs from files. @throws CodedError Invalid for the first bad one. */
  async install(crds: readonly unknown[]): Promise<void> {
    for (const crd of crds) await this.#installOne(crd as ApiObject);
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  async #installOne(crd: ApiObject): Promise<void> {
    const { store, writer } = this.#context;
    const name = crd.metadata?.name;
    if (name === undefined) throw new CodedError({ code: 'Invalid', message: 'A CRD without a name', status: 422 });
    const options = { manager: MANAGER, isDryRun: false };
    const kind = this.#crdKind();
    if (store.head({ resource: CRD_RESOURCE, namespace: '', name }) === undefined) {
      await writer.create(kind, crd, { ...options, namespace: '' });
      return;
    }
    const modify = (live: ApiObject): ApiObject => ({ ...crd, metadata: { ...live.metadata, ...crd.metadata } });
    await writer.update(kind, { namespace: '', name }, { ...options, subresource: '', modify });
  }

  #onChange({ type, object }: Change): void {
    if (object.resource === CRD_RESOURCE) {
      if (type !== 'DELETED') this.#serve(object);
      else {
        this.#context.kinds.removeCustom(object.name);
        this.#giveNamesFreed();
      }
    } else if (type === 'DELETED') {
      // The CRD's name is the storage resource: its last object may have been all it waited for.
      const crd = this.#context.store.get({ resource: CRD_RESOURCE, namespace: '', name: object.resource });
      if (crd?.isDeleting === true) this.#cleanUp(crd);
    }
  }

  #serve(stored: StoredObject): void {
    const crd = this.#context.store.parse(stored);
    try {
      if (isEstablished(crd)) this.#context.kinds.setCustom(stored.name, compileStoredCrd(crd));
    } catch (error) {
      // It was valid when it was stored: an older release wrote it. The others must still be served.
      this.#context.log.error({ err: error, name: stored.name }, 'A stored CRD is not served');
    }
    if (stored.isDeleting) this.#cleanUp(stored);
  }

  /** A definition that went may have had names that others wait for: writing those anew gives them out. */
  #giveNamesFreed(): void {
    const { store, writer } = this.#context;
    for (const stored of store.list(CRD_RESOURCE)) {
      if (isEstablished(store.parse(stored))) continue;
      const options = {
        subresource: '',
        modify: (live: ApiObject) => live,
        manager: MANAGER,
        isDryRun: false,
      } as const;
      this.#work.run(stored.name, async () => {
        await ignoreOvertaken(writer.update(this.#crdKind(), { namespace: '', name: stored.name }, options));
      });
    }
  }

  #cleanUp(crd: StoredObject): void {
    this.#work.run(crd.name, async () => await this.#pass(crd.name));
  }

  async #pass(name: string): Promise<void> {
    const { store, kinds, writer } = this.#context;
    const kind = kinds.findStored(name);
    if (kind !== undefined) {
      const waiting = [...store.list(name)].filter((object) => !object.isDeleting);
      await Promise.all(waiting.map((object) => ignoreOvertaken(writer.delete(kind, object, { isDryRun: false }))));
    }
    // What is left is held by finalizers; the change that removes the last of it comes back here.
    if (store.count(name) > 0) return;
    const modify = (live: ApiObject): ApiObject => withoutFinalizer(live, CRD_FINALIZER);
    await ignoreOvertaken(
      writer.update(
        this.#crdKind(),
        { namespace: '', name },
        { subresource: '', modify, manager: MANAGER, isDryRun: false },
      ),
    );
  }

  #crdKind(): CompiledKind {
    const kind = this.#context.kinds.findStored(CRD_RESOURCE);
    if (kind === undefined) throw new Error('the kind CustomResourceDefinition is built in');
    return kind;
  }
}
