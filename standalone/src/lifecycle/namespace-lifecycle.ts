import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { PERMANENT_NAMESPACES } from '../objects/built-in-admission.ts';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { BackgroundWork } from './background-work.ts';

const MANAGER = 'namespace-lifecycle';

/**
 * The life of namespaces: the first ones are made at start; one that is deleted empties first, then goes.
 *
 * ```
 * delete ─▶ Terminating ─▶ every object inside is deleted ─▶ nothing left ─▶ spec.finalizers emptied ─▶ gone
 * ```
 */
export class NamespaceLifecycle {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  #stop: () => void = () => undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: MANAGER, log: context.log, clock: context.clock });
  }

  /** Makes the first namespaces and takes up what an earlier run left half done. */
  async start(): Promise<void> {
    const { store, writer } = this.#context;
    this.#stop = store.onChange((change) => this.#onChange(change));
    const kind = this.#namespaceKind();
    for (const name of PERMANENT_NAMESPACES) {
      if (store.head({ resource: 'namespaces', namespace: '', name }) !== undefined) continue;
      const namespace: ApiObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await writer.create(kind, namespace, { namespace: '', manager: MANAGER, isDryRun: false });
    }
    for (const namespace of store.list('namespaces')) if (namespace.isDeleting) this.#empty(namespace.name);
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  #onChange({ type, object }: Change): void {
    if (object.resource === 'namespaces') {
      if (type !== 'DELETED' && object.isDeleting) this.#empty(object.name);
    } else if (type === 'DELETED' && object.namespace !== '') {
      const { store } = this.#context;
      const namespace = store.get({ resource: 'namespaces', namespace: '', name: object.namespace });
      if (namespace?.isDeleting === true) this.#empty(namespace.name);
    }
  }

  #empty(name: string): void {
    this.#work.run(name, async () => await this.#pass(name));
  }

  async #pass(name: string): Promise<void> {
    const { kinds, writer } = this.#context;
    const content = this.#content(name);
    const deletions = content
      .filter((object) => !object.isDeleting)
      .map(async (object) => {
        const kind = kinds.findStored(object.resource);
        if (kind === undefined) return;
        await ignoreOvertaken(writer.delete(kind, object, { isDryRun: false, propagationPolicy: 'Background' }));
      });
    await Promise.all(deletions);
    // What is left is held by finalizers; the change that removes the last of it comes back here.
    if (this.#content(name).length > 0) return;
    const at = { namespace: '', name };
    const modify = (live: ApiObject): ApiObject => ({ ...live, spec: {} });
    await ignoreOvertaken(
      writer.update(this.#namespaceKind(), at, { subresource: '', modify, manager: MANAGER, isDryRun: false }),
    );
  }

  #content(namespace: string): StoredObject[] {
    const { store } = this.#context;
    return store.resources().flatMap((resource) => [...store.list(resource, namespace)]);
  }

  #namespaceKind(): CompiledKind {
    const kind = this.#context.kinds.findStored('namespaces');
    if (kind === undefined) throw new Error('the kind Namespace is built in');
    return kind;
  }
}
