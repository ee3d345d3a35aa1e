import { CodedError, errorMessage, type Clock } from '@nannyapi/process';
import { openTransport, type ConnectionConfig } from '../connection/open-transport.ts';
import { AgentKey } from '../identity/agent-key.ts';
import { IdentityFile } from '../identity/identity-file.ts';
import type { Identity } from '../identity/identity.ts';
import { NonceBox } from '../identity/nonce-box.ts';
import { OAuthClient, OAuthRefusal } from '../identity/oauth-client.ts';
import { PendingEnrollmentFile } from './pending-enrollment.ts';

/** What a logout needs. */
export interface LogoutDeps {
  config: { stateDir: string; url: URL | undefined; isForced: boolean } & ConnectionConfig;
  clock: Clock;
  signal: AbortSignal;
  print: (text: string) => void;
}

/**
 * Revokes this host's credential at the control plane and removes key and tokens from the disk. The journal stays: a
 * host that is enrolled again must still know what it has done.
 *
 * @throws CodedError `NotRevoked` when the control plane did not hear of it and that is not to be passed over.
 */
export async function logout({ config, clock, signal, print }: LogoutDeps): Promise<void> {
  const file = new IdentityFile(config.stateDir);
  const identity = await readIdentity(file, config.isForced);
  if (identity !== undefined) {
    try {
      await revoke(identity, { config, clock, signal });
    } catch (cause) {
      if (!config.isForced) throw notRevoked(cause);
      print(`${errorMessage(cause)}. The credential may still be good there: revoke it on the page of the agent.\n`);
    }
  }
  await new PendingEnrollmentFile(config.stateDir).remove();
  await file.remove();
  print(
    identity === undefined
      ? 'This host was not enrolled.\n'
      : `${identity.agent.name} is logged out; key and tokens are removed.\n`,
  );
}

async function readIdentity(file: IdentityFile, isForced: boolean): Promise<Identity | undefined> {
  try {
    return await file.read();
  } catch (error) {
    if (!isForced) throw error;
    return undefined;
  }
}

async function revoke(
  identity: Identity,
  { config, clock, signal }: Pick<LogoutDeps, 'config' | 'clock' | 'signal'>,
): Promise<void> {
  const transport = await openTransport(config, () => clock.now(), identity.caPem);
  try {
    const key = AgentKey.parse(identity.privateKey);
    const url = config.url ?? new URL(identity.url);
    const oauth = new OAuthClient({ url, transport, key, nonces: new NonceBox(), clock });
    await oauth.revoke(identity.tokens.refreshToken, signal);
  } catch (error) {
    // What the server does not know any more is as good as revoked.
    if (!(error instanceof OAuthRefusal && error.code === 'invalid_grant')) throw error;
  } finally {
    transport.close();
  }
}

function notRevoked(cause: unknown): CodedError {
  return new CodedError({
    code: 'NotRevoked',
    message: `The control plane did not hear of it, so nothing was removed: ${errorMessage(cause)}. --force removes it here all the same`,
    status: 502,
    cause,
  });
}
