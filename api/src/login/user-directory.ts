import { API_VERSION, ISSUER_ANNOTATION, UserResource, type User, type UserStatus } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, isKubeError, type Informer, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import type { Profile } from './identity.ts';
import { LoginError } from './login-error.ts';
import { userObjectName } from './user-name.ts';

/** Writers of one User are its few logins; eight rounds let all of them through. */
const MAX_ROUNDS = 8;

/** What {@link UserDirectory} needs. */
export interface UserDirectoryDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
}

/** Who logs in, as the User object keeps it. */
export interface UserSighting {
  provider: string;
  /** That the subject is one of; absent for the admin of the machine. */
  issuer?: string | undefined;
  subject: string;
  profile: Profile;
}

/** What to change of a status, given the present one; `undefined` leaves it. */
export type StatusChange = (user: User) => Partial<UserStatus> | undefined;

/** The User objects: a cache of all, and writes that no other replica can undo unseen. */
export class UserDirectory {
  readonly informer: Informer<User>;
  readonly #users: ResourceClient<User>;

  constructor(deps: UserDirectoryDeps) {
    this.#users = deps.client.resource<User>(UserResource);
    this.informer = createInformer<User>({ ...deps, client: this.#users, name: 'users' });
  }

  /** What the cache holds, perhaps a moment old; nothing while it has heard nothing for long. */
  cached(name: string): User | undefined {
    return this.isCurrent() ? this.informer.store.get(name) : undefined;
  }

  /** Whether the cache knows all Users, but for what changed a moment ago. */
  isCurrent(): boolean {
    return this.informer.hasSynced() && this.informer.health().isHealthy;
  }

  /** The present state. @throws KubeApiError when nobody can tell. */
  async live(name: string): Promise<User | undefined> {
    try {
      return await this.#users.get({ name }, CALL);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /**
   * Makes or updates the User of a person who has just proved who they are.
   *
   * @throws LoginError `Disabled`; `ProviderFailed` when the object is that of somebody else.
   */
  async sight(sighting: UserSighting): Promise<User> {
    const name = userObjectName(sighting.provider, sighting.subject);
    const user = (await this.live(name)) ?? (await this.#create(name, sighting));
    requireSame(user, sighting);
    if (user.spec.access === 'Disabled') throw new LoginError('Disabled', 'spec.access of the User is Disabled');
    return this.#update(user, sighting);
  }

  /**
   * Changes the status from what it is now, however many replicas do.
   *
   * Each round reads the object and writes with its resourceVersion as a precondition: lists are replaced whole by a
   * patch, so a write on top of one that was not seen would bring ended logins back to life.
   *
   * @returns the new state, or `undefined` when there is no such User or nothing was changed.
   * @throws ApiError `Unavailable` when others keep writing.
   */
  async change(name: string, change: StatusChange): Promise<User | undefined> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const user = await this.live(name);
      const status = user && change(user);
      if (!user || !status) return undefined;
      try {
        return await this.#users.patchStatus(
          { name },
          { metadata: { resourceVersion: user.metadata.resourceVersion }, status },
          CALL,
        );
      } catch (error) {
        if (!isKubeError(error, 'Conflict')) throw error;
      }
    }
    throw new ApiError('Unavailable', 'The User is being written by others', { retryAfterSeconds: 1 });
  }

  async #create(name: string, { provider, issuer, subject, profile }: UserSighting): Promise<User> {
    const annotations = issuer === undefined ? {} : { annotations: { [ISSUER_ANNOTATION]: issuer } };
    const spec = { provider, subject, access: 'Enabled' as const, ...profile };
    try {
      return await this.#users.create(
        { apiVersion: API_VERSION, kind: 'User', metadata: { name, ...annotations }, spec } as User,
        CALL,
      );
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      // Another replica saw the person first.
      return this.#users.get({ name }, CALL);
    }
  }

  async #update(user: User, { issuer, profile }: UserSighting): Promise<User> {
    const { email = null, name = null, avatarURL = null } = profile;
    const { spec, metadata } = user;
    const isSame = spec.email === profile.email && spec.name === profile.name && spec.avatarURL === profile.avatarURL;
    const isMarked = issuer === undefined || metadata.annotations?.[ISSUER_ANNOTATION] === issuer;
    if (isSame && isMarked) return user;
    const marked = issuer === undefined ? {} : { metadata: { annotations: { [ISSUER_ANNOTATION]: issuer } } };
    return this.#users.patch({ name: metadata.name ?? '' }, { ...marked, spec: { email, name, avatarURL } }, CALL);
  }
}

/**
 * The object is found by a hash of the subject under the id of the provider. Another subject with the same hash is not
 * the same person, and neither is the same subject of another issuer to which the id was given later.
 */
function requireSame({ spec, metadata }: User, { provider, subject, issuer }: UserSighting): void {
  if (spec.provider !== provider || spec.subject !== subject)
    throw new LoginError('ProviderFailed', 'The User object of that name is that of another subject');
  const known = metadata.annotations?.[ISSUER_ANNOTATION];
  if (known !== undefined && known !== issuer)
    throw new LoginError('ProviderFailed', 'The User object is that of another issuer which had the id before');
}
