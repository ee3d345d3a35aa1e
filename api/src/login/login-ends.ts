import type { User } from '@nannyapi/crds';
import type { ChangeEvent } from '@nannyapi/runtime';

/** Who wants to hear when logins of a person end, by the name of the User object. */
export class LoginEnds {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls back with every change that may have ended a login of that person. Returns the removal. */
  listen(user: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(user) ?? new Set();
    this.#listeners.set(user, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(user) === listeners) this.#listeners.delete(user);
    };
  }

  /** Takes notice of a change of a User. */
  notice({ type, object, previous }: ChangeEvent<User>): void {
    const listeners = this.#listeners.get(object.metadata.name ?? '');
    if (!listeners || !(type === 'Deleted' || object.spec.access === 'Disabled' || hasFewer(object, previous))) return;
    for (const listener of listeners) listener();
  }
}

/** Whether a login that was there is gone. */
function hasFewer({ status }: User, previous: User | undefined): boolean {
  const present = new Set(status?.sessions?.map(({ id }) => id));
  return previous?.status?.sessions?.some(({ id }) => !present.has(id)) ?? false;
}
