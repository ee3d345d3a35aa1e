import { EnrollmentTokenResource, type EnrollmentToken } from '@nannyapi/crds';
import type { KubeClient, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { holdsText, listPage, type PageQuery } from '../http/list-pages.ts';
import { withoutHashes } from '../http/without-hashes.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';

/** Which install tokens to list. */
export interface EnrollmentTokenFilter extends Omit<PageQuery, 'namespace'> {
  agentNamespace?: string | undefined;
  access?: string | undefined;
  search?: string | undefined;
}

/** Reads, revokes and deletes install tokens. What is read holds no hash. */
export class EnrollmentTokenService {
  readonly #tokens: ResourceClient<EnrollmentToken>;
  readonly #namespace: string;

  /** @param deps `namespace`: that of the release. */
  constructor(deps: { client: KubeClient; namespace: string }) {
    this.#tokens = deps.client.resource<EnrollmentToken>(EnrollmentTokenResource);
    this.#namespace = deps.namespace;
  }

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list({ agentNamespace, access, search, ...query }: EnrollmentTokenFilter): Promise<ListPage<EnrollmentToken>> {
    const inRelease = { ...query, namespace: this.#namespace };
    const page = await listPage(this.#tokens, inRelease, ({ metadata, spec }) => {
      if (agentNamespace !== undefined && spec.agentNamespace !== agentNamespace) return false;
      if (access !== undefined && (spec.access ?? 'Enabled') !== access) return false;
      return holdsText(search, [metadata.name, spec.description, spec.createdBy]);
    });
    return { ...page, items: page.items.map(withoutHashes) };
  }

  async get(name: string): Promise<EnrollmentToken> {
    return readable(await this.#tokens.get(this.#refOf(name), CALL));
  }

  /** Lets no further host in, for good; those that it let in stay. */
  async revoke(name: string): Promise<EnrollmentToken> {
    return readable(await this.#tokens.patch(this.#refOf(name), { spec: { access: 'Revoked' } }, CALL));
  }

  async delete(name: string): Promise<void> {
    await this.#tokens.delete(this.#refOf(name), {}, CALL);
  }

  #refOf(name: string): { namespace: string; name: string } {
    return { namespace: this.#namespace, name };
  }
}

function readable(token: EnrollmentToken): EnrollmentToken {
  return withoutHashes(withoutManagedFields(token));
}
