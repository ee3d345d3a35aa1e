import { AgentResource, type Agent } from '@nannyapi/crds';
import type { KubeClient, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';

/** Reads enrolled hosts for people. */
export class AgentService {
  readonly #agents: ResourceClient<Agent>;

  constructor(deps: { client: KubeClient }) {
    this.#agents = deps.client.resource<Agent>(AgentResource);
  }

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list(query: { namespace: string; limit: number; continue?: string | undefined }): Promise<ListPage<Agent>> {
    const page = await this.#agents.list(query, CALL);
    return { ...page, items: page.items.map(withoutManagedFields) };
  }

  async get(namespace: string, name: string): Promise<Agent> {
    return withoutManagedFields(await this.#agents.get({ namespace, name }, CALL));
  }
}
