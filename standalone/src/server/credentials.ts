import type { Clock } from '@nannyapi/process';
import { TokenAuthenticator } from '../auth/authenticate.ts';
import { ProcessTokens } from '../auth/process-tokens.ts';
import { plainTokens } from '../auth/token-source.ts';
import { TokenStore } from '../auth/token-store.ts';
import { AccountTokens, ISSUER } from '../service-accounts/account-tokens.ts';
import { openSigningKey } from '../service-accounts/signing-key.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** All that a server's clients may show. */
export interface Credentials {
  /** Knows the tokens of all of them. */
  tokens: TokenAuthenticator;
  accountTokens: AccountTokens;
  processTokens: ProcessTokens;
  adminToken: string;
}

/** Loads the credentials of a data folder, or makes them. @throws CodedError `TokensUnreadable`, `AccountKeyUnreadable`. */
export async function openCredentials(deps: {
  folder: string;
  store: ObjectStore;
  clock: Pick<Clock, 'now'>;
}): Promise<Credentials> {
  const { folder, store, clock } = deps;
  const stored = await TokenStore.open(folder);
  const adminToken = await stored.adminToken(folder);
  const processTokens = new ProcessTokens();
  const accountTokens = new AccountTokens({ key: await openSigningKey(folder), store, clock });
  const audiences = [ISSUER];
  const sources = [plainTokens(processTokens, audiences), plainTokens(stored, audiences), accountTokens];
  return { tokens: new TokenAuthenticator(sources, audiences), accountTokens, processTokens, adminToken };
}
