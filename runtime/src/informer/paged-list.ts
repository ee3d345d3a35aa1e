import type { ListPage, ObjectQuery, ResourceClient } from '../client/resource-client.ts';
import { isKubeError } from '../client/kube-api-error.ts';
import type { KubeObject } from '../objects.ts';

/** What a {@link PagedList} needs. */
export interface PagedListDeps<T extends KubeObject> {
  client: ResourceClient<T>;
  query: ObjectQuery;
  /** Makes an object ready to be kept, so that a page's text and bulky fields are gone before the next one comes. */
  prepare: (raw: T) => T;
  onPage: () => void;
}

/** All objects of a query and the version from which a watch misses nothing. */
export interface WholeList<T> {
  objects: T[];
  resourceVersion: string;
}

const PAGE_SIZE = 500;
const PAGE_DEADLINE_MS = 60_000;

/** Lists a resource page by page: all pages show the same moment. */
export class PagedList<T extends KubeObject> {
  readonly #deps: PagedListDeps<T>;
  /** A list whose token expired is asked for whole, since its pages may expire again. */
  #isPaging = true;

  constructor(deps: PagedListDeps<T>) {
    this.#deps = deps;
  }

  /** @throws KubeApiError when a page cannot be had; nothing of the list counts then. */
  async read(signal: AbortSignal): Promise<WholeList<T>> {
    const { client, query, prepare, onPage } = this.#deps;
    const objects: T[] = [];
    let page: ListPage<T> | undefined;
    try {
      do {
        const limit = this.#isPaging ? PAGE_SIZE : undefined;
        const call = { signal, deadlineMs: PAGE_DEADLINE_MS };
        page = await client.list({ ...query, limit, continue: page?.continue }, call);
        onPage();
        for (const raw of page.items) objects.push(prepare(raw));
      } while (page.continue);
    } catch (error) {
      if (isKubeError(error, 'Expired', 'Gone')) this.#isPaging = false;
      throw error;
    }
    this.#isPaging = true;
    return { objects, resourceVersion: page.resourceVersion };
  }
}
