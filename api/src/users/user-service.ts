import { UserResource, type User, type UserSpec } from '@nannyapi/crds';
import type { KubeClient, ListPage, ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { holdsText, listPage, type PageQuery } from '../http/list-pages.ts';
import { withoutHashes } from '../http/without-hashes.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';

/** Which people to list. */
export interface UserFilter extends PageQuery {
  provider?: string | undefined;
  access?: string | undefined;
  search?: string | undefined;
}

/** The people who have logged in, for those who manage them. What is read holds no hash of a token. */
export class UserService {
  readonly #users: ResourceClient<User>;

  constructor(deps: { client: KubeClient }) {
    this.#users = deps.client.resource<User>(UserResource);
  }

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list({ provider, access, search, ...query }: UserFilter): Promise<ListPage<User>> {
    const page = await listPage(this.#users, query, ({ metadata, spec }) => {
      if (provider !== undefined && spec.provider !== provider) return false;
      if (access !== undefined && (spec.access ?? 'Enabled') !== access) return false;
      return holdsText(search, [metadata.name, spec.name, spec.email, `${spec.provider}:${spec.subject}`]);
    });
    return { ...page, items: page.items.map(withoutHashes) };
  }

  async get(name: string): Promise<User> {
    return readable(await this.#users.get({ name }, CALL));
  }

  /** Disabled ends all logins of the person within seconds. */
  async change(name: string, change: Pick<UserSpec, 'access'>): Promise<User> {
    return readable(await this.#users.patch({ name }, { spec: change }, CALL));
  }

  /** Forgets a person, who may log in again; to keep one out, disable them. */
  async delete(name: string): Promise<void> {
    await this.#users.delete({ name }, {}, CALL);
  }
}

function readable(user: User): User {
  return withoutHashes(withoutManagedFields(user));
}
