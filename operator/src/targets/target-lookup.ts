import { isKubeError, type KubeClient, type ObjectRef, type ResourceType } from '@nannyapi/runtime';
import { NodeResource, PodResource, type Node, type Pod } from '../cluster-context/kinds.ts';

/** What looking for one object came to. */
export type Lookup<T> =
  | { kind: 'Found'; object: T }
  | { kind: 'Missing' }
  /** The API server has no such kind: it is the embedded one. */
  | { kind: 'NotServed'; plural: string }
  /** The operator lacks this right. */
  | { kind: 'Forbidden'; right: string };

type Call = { signal: AbortSignal };

/** Looks pods and nodes up, live: a run looks once or twice, and a watch of all pods would be far dearer. */
export class TargetLookup {
  readonly #client: KubeClient;

  constructor(deps: { client: KubeClient }) {
    this.#client = deps.client;
  }

  /** @throws KubeApiError when the API server does not answer; the pass is then repeated. */
  pod(ref: { namespace: string; name: string }, call: Call): Promise<Lookup<Pod>> {
    return this.#get<Pod>(PodResource, ref, call);
  }

  /** @throws KubeApiError when the API server does not answer; the pass is then repeated. */
  node(name: string, call: Call): Promise<Lookup<Node>> {
    return this.#get<Node>(NodeResource, { name }, call);
  }

  async #get<T extends Pod | Node>(type: ResourceType, ref: ObjectRef, call: Call): Promise<Lookup<T>> {
    try {
      return { kind: 'Found', object: await this.#client.resource<T>(type).get(ref, call) };
    } catch (error) {
      if (isKubeError(error, 'Forbidden')) return { kind: 'Forbidden', right: `get on ${type.plural}` };
      if (!isKubeError(error, 'NotFound')) throw error;
    }
    return (await this.#isServed(type, call)) ? { kind: 'Missing' } : { kind: 'NotServed', plural: type.plural };
  }

  /** An object that is not there and a kind that is not there get the same answer; discovery tells them apart. */
  async #isServed({ plural }: ResourceType, call: Call): Promise<boolean> {
    const answer = (await this.#client.raw('GET', '/api/v1', undefined, call)) as { resources?: { name?: string }[] };
    return answer.resources?.some(({ name }) => name === plural) ?? false;
  }
}
