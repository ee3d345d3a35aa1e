import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { FIRST_NAMESPACES } from '../objects/built-in-admission.ts';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import type { Subresource } from '../objects/next-object.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { BackgroundWork } from './background-work.ts';
import { terminatingConditions, type NamespaceCondition } from './terminating-conditions.ts';

const MANAGER = 'namespace-lifecycle';
const ACCOUNTS = 'serviceaccounts';
const DEFAULT_ACCOUNT = 'default';

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
    for (const name of FIRST_NAMESPACES) {
      if (store.head({ resource: 'namespaces', namespace: '', name }) !== undefined) continue;
      const namespace: ApiObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await writer.create(kind, namespace, { namespace: '', manager: MANAGER, isDryRun: false });
    }
    for (const namespace of store.list('namespaces')) this.#look(namespace);
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  #onChange({ type, object }: Change): void {
    if (object.resource === 'namespaces') {
      if (type !== 'DELETED') this.#look(object);
    } else if (type === 'DELETED' && object.namespace !== '') {
      const { store } = this.#context;
      const namespace = store.get({ resource: 'namespaces', namespace: '', name: object.namespace });
      const isLookedFor = namespace?.isDeleting === true || object.resource === ACCOUNTS;
      if (namespace !== undefined && isLookedFor) this.#look(namespace);
    }
  }

  #look(namespace: StoredObject): void {
    if (namespace.isDeleting) this.#empty(namespace.name);
    else if (!this.#hasAccount(namespace.name))
      this.#work.run(namespace.name, async () => await this.#giveAccount(namespace.name));
  }

  #hasAccount(namespace: string): boolean {
    return this.#context.store.head({ resource: ACCOUNTS, namespace, name: DEFAULT_ACCOUNT }) !== undefined;
  }

  /** Every namespace has the account that pods run as when they name none. */
  async #giveAccount(namespace: string): Promise<void> {
    const { kinds, writer } = this.#context;
    const kind = kinds.findStored(ACCOUNTS);
    if (kind === undefined || this.#hasAccount(namespace)) return;
    const account: ApiObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_ACCOUNT } };
    await ignoreOvertaken(writer.create(kind, account, { namespace, manager: MANAGER, isDryRun: false }));
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
    const remaining = this.#content(name);
    // What is left is held by finalizers; the change that removes the last of it comes back here.
    if (remaining.length > 0) await this.#tellWhatRemains(name, remaining);
    else await this.#modify(name, '', (live) => ({ ...live, spec: {} }));
  }

  async #tellWhatRemains(name: string, remaining: readonly StoredObject[]): Promise<void> {
    const { kinds, store, clock } = this.#context;
    const remainders = remaining.flatMap((object) => {
      const kind = kinds.findStored(object.resource);
      const finalizers = store.parse(object).metadata.finalizers ?? [];
      return kind === undefined ? [] : [{ plural: kind.resource.plural, group: kind.resource.group, finalizers }];
    });
    await this.#modify(name, 'status', (live) => {
      const status = (live['status'] ?? {}) as { conditions?: NamespaceCondition[] };
      const conditions = terminatingConditions(remainders, status.conditions ?? [], clock.now());
      return { ...live, status: { ...status, conditions } };
    });
  }

  async #modify(name: string, subresource: Subresource, modify: (live: ApiObject) => ApiObject): Promise<void> {
    const options = { subresource, modify, manager: MANAGER, isDryRun: false };
    await ignoreOvertaken(this.#context.writer.update(this.#namespaceKind(), { namespace: '', name }, options));
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
