import { API_VERSION } from '@nannyapi/crds';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '@nannyapi/runtime';
import { exportedNamespace, exportedObject } from './exported-object.ts';
import { moveError } from './move-error.ts';
import { LEFT_KINDS, MOVED_KINDS, NamespaceResource } from './moved-kinds.ts';

/** One object on its way out. */
export interface ExportItem {
  resource: ResourceType;
  object: KubeObject;
}

/** What is read of a control plane. */
export interface CollectDeps {
  client: KubeClient;
  signal: AbortSignal;
}

const PAGE_OBJECTS = 200;

/**
 * All objects that move, each namespace before its first object; in the order of the API server, which is by name.
 *
 * Objects that are being deleted are left out: they are on their way to be gone.
 *
 * @throws CodedError `UnknownKind` before the first object
 */
export async function* collectExport(deps: CollectDeps): AsyncGenerator<ExportItem> {
  const served = await servedPlurals(deps);
  const told = new Set<string>();
  for (const kind of MOVED_KINDS.filter(({ resource }) => served.has(resource.plural))) {
    for await (const object of objectsOf(kind.resource, deps)) {
      const { namespace, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) continue;
      if (namespace !== undefined && !told.has(namespace)) {
        told.add(namespace);
        yield { resource: NamespaceResource, object: await namespaceOf(namespace, deps) };
      }
      yield { resource: kind.resource, object: exportedObject(object, kind) };
    }
  }
}

/** How many objects of each kind stay behind. */
export async function countLeft(deps: CollectDeps): Promise<{ plural: string; count: number; because: string }[]> {
  const served = await servedPlurals(deps);
  const present = LEFT_KINDS.filter(({ resource }) => served.has(resource.plural));
  return Promise.all(
    present.map(async ({ resource: { plural }, because }) => ({ plural, count: await countOf(plural, deps), because })),
  );
}

async function servedPlurals({ client, signal }: CollectDeps): Promise<Set<string>> {
  let list: { resources?: { name: string }[] };
  try {
    list = (await client.raw('GET', `/apis/${API_VERSION}`, undefined, { signal })) as typeof list;
  } catch (error) {
    // Nobody ever stored an object of ours there.
    if (isKubeError(error, 'NotFound')) return new Set();
    throw error;
  }
  const plurals = (list.resources ?? []).map(({ name }) => name).filter((name) => !name.includes('/'));
  const known = new Set([...MOVED_KINDS, ...LEFT_KINDS].map(({ resource }) => resource.plural));
  const unknown = plurals.filter((plural) => !known.has(plural));
  if (unknown.length > 0) {
    throw moveError(
      'UnknownKind',
      `the control plane stores ${unknown.join(', ')}, which this release of nanny does not know: export with the release that runs it`,
    );
  }
  return new Set(plurals);
}

async function* objectsOf(resource: ResourceType, { client, signal }: CollectDeps): AsyncGenerator<KubeObject> {
  let token: string | undefined;
  do {
    const page = await client.resource(resource).list({ limit: PAGE_OBJECTS, continue: token }, { signal });
    yield* page.items;
    token = page.continue;
  } while (token !== undefined && token !== '');
}

async function namespaceOf(name: string, { client, signal }: CollectDeps): Promise<KubeObject> {
  return exportedNamespace(await client.resource(NamespaceResource).get({ name }, { signal }));
}

async function countOf(plural: string, { client, signal }: CollectDeps): Promise<number> {
  const path = `/apis/${API_VERSION}/${plural}?limit=1`;
  const list = (await client.raw('GET', path, undefined, { signal })) as {
    metadata: { remainingItemCount?: number };
    items: unknown[];
  };
  return list.items.length + (list.metadata.remainingItemCount ?? 0);
}
