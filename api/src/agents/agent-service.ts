import { AgentResource, type Agent, type AgentSpec } from '@nannyapi/crds';
import type { KubeClient, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { holdsText, listPage, type PageQuery } from '../http/list-pages.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';

/** Which agents to list. */
export interface AgentFilter extends PageQuery {
  phase?: string | undefined;
  access?: string | undefined;
  search?: string | undefined;
}

/** What people may change of an agent. */
export type AgentChange = Pick<AgentSpec, 'description' | 'access' | 'suspend'>;

/** Reads and changes enrolled hosts for people. */
export class AgentService {
  readonly #agents: ResourceClient<Agent>;

  constructor(deps: { client: KubeClient }) {
    this.#agents = deps.client.resource<Agent>(AgentResource);
  }

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list({ phase, access, search, ...query }: AgentFilter): Promise<ListPage<Agent>> {
    return listPage(this.#agents, query, ({ metadata, spec, status }) => {
      if (phase !== undefined && status?.phase !== phase) return false;
      if (access !== undefined && (spec.access ?? 'Enabled') !== access) return false;
      const { facts, address } = status ?? {};
      return holdsText(search, [metadata.name, spec.description, spec.owner, facts?.hostname, facts?.osName, address]);
    });
  }

  async get(namespace: string, name: string): Promise<Agent> {
    return withoutManagedFields(await this.#agents.get({ namespace, name }, CALL));
  }

  async change(namespace: string, name: string, change: AgentChange): Promise<Agent> {
    return withoutManagedFields(await this.#agents.patch({ namespace, name }, { spec: change }, CALL));
  }

  /** Takes an agent away, its credentials with it. That of a node comes back with the next word of its host. */
  async delete(namespace: string, name: string): Promise<void> {
    await this.#agents.delete({ namespace, name }, {}, CALL);
  }
}
