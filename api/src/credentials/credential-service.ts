import { AgentCredentialResource, type AgentCredential } from '@nannyapi/crds';
import type { KubeClient, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { holdsText, listPage, type PageQuery } from '../http/list-pages.ts';
import { withoutHashes } from '../http/without-hashes.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';

/** Which credentials to list. */
export interface CredentialFilter extends Omit<PageQuery, 'namespace'> {
  agent?: string | undefined;
  agentNamespace?: string | undefined;
  access?: string | undefined;
  search?: string | undefined;
}

/** Reads the credentials of enrolled hosts, without a hash of their tokens. */
export class CredentialService {
  readonly #credentials: ResourceClient<AgentCredential>;
  readonly #namespace: string;

  /** @param deps `namespace`: that of the release. */
  constructor(deps: { client: KubeClient; namespace: string }) {
    this.#credentials = deps.client.resource<AgentCredential>(AgentCredentialResource);
    this.#namespace = deps.namespace;
  }

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list(filter: CredentialFilter): Promise<ListPage<AgentCredential>> {
    const { agent, agentNamespace, access, search, ...query } = filter;
    const inRelease = { ...query, namespace: this.#namespace };
    const page = await listPage(this.#credentials, inRelease, ({ metadata, spec, status }) => {
      if (agent !== undefined && spec.agentRef.name !== agent) return false;
      if (agentNamespace !== undefined && spec.agentRef.namespace !== agentNamespace) return false;
      if (access !== undefined && (spec.access ?? 'Enabled') !== access) return false;
      const { name } = spec.agentRef;
      return holdsText(search, [metadata.name, name, spec.enrolledBy, spec.keyThumbprint, status?.address]);
    });
    return { ...page, items: page.items.map(withoutHashes) };
  }

  async get(name: string): Promise<AgentCredential> {
    const credential = await this.#credentials.get({ namespace: this.#namespace, name }, CALL);
    return withoutHashes(withoutManagedFields(credential));
  }
}
