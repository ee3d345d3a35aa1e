import type { Clock, Logger } from '@nannyapi/process';
import type { Authorize } from '../auth/authorize.ts';
import type { TokenAuthenticator } from '../auth/authenticate.ts';
import type { KindRegistry } from '../kinds/kind-registry.ts';
import type { ObjectWriter } from '../objects/object-writer.ts';
import type { RbacIndex } from '../rbac/rbac-index.ts';
import type { AccountTokens } from '../service-accounts/account-tokens.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Change } from '../store/stored-object.ts';
import type { SharedLine } from '../watch/shared-line.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { Admission } from './admission.ts';

/** What the verbs work on. */
export interface ApiContext {
  store: ObjectStore;
  kinds: KindRegistry;
  writer: ObjectWriter;
  /** Who may do what. */
  authorize: Authorize;
  /** Roles and bindings, behind `authorize`. */
  rbac: RbacIndex;
  /** Whose token is whose. */
  tokens: TokenAuthenticator;
  /** Tokens of ServiceAccounts. */
  accountTokens: AccountTokens;
  /** What policies say to writes. */
  admission: Admission;
  hub: WatchHub;
  /** Encoded watch lines by change, shared by all watches. */
  watchFrames: WeakMap<Change, Map<string, SharedLine>>;
  clock: Clock;
  log: Logger;
}
