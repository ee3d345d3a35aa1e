import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import type { IdentityConfig } from '../config.ts';
import { HttpClient } from '../connection/http-client.ts';
import { openTransport } from '../connection/open-transport.ts';
import { readHostFacts } from '../host/facts.ts';
import { AccessTokens } from './access-tokens.ts';
import { AgentKey } from './agent-key.ts';
import { EnrolledCredentials } from './enrolled-credentials.ts';
import { IdentityFile } from './identity-file.ts';
import { NonceBox } from './nonce-box.ts';
import { OAuthClient } from './oauth-client.ts';

/** What an enrolled agent's requests need. */
export interface EnrolledClientDeps {
  config: IdentityConfig;
  clock: Clock;
  log: Logger;
  /** Ends a renewal of tokens under way. */
  signal: AbortSignal;
}

/**
 * The client of an agent that was enrolled: it proves its key with every request, and renews its own tokens.
 *
 * @throws CodedError `NotEnrolled`, and `InvalidIdentity` when the file is there and cannot be read.
 */
export async function openEnrolledClient({ config, clock, log, signal }: EnrolledClientDeps): Promise<HttpClient> {
  const file = new IdentityFile(config.stateDir);
  const identity = await file.read();
  if (identity === undefined) {
    throw new CodedError({
      code: 'NotEnrolled',
      message: `This host is not enrolled, there is no ${file.path}: nanny-agent enroll --url URL`,
      status: 401,
    });
  }
  const url = config.url ?? new URL(identity.url);
  const transport = await openTransport(config, () => clock.now(), identity.caPem);
  const key = AgentKey.parse(identity.privateKey);
  // One server, so one nonce for its token endpoint and its other routes.
  const nonces = new NonceBox();
  const { machineID, bootID } = await readHostFacts();
  const oauth = new OAuthClient({ url, transport, key, nonces, clock });
  const tokens = new AccessTokens(identity, { file, oauth, machine: { machineID, bootID }, clock, log, signal });
  return new HttpClient({
    url,
    transport,
    credentials: new EnrolledCredentials({ key, tokens, nonces, clock }),
    clock,
  });
}
