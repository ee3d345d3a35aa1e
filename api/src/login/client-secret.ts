import type { Logger } from '@nannyapi/process';
import { errorMessage } from '@nannyapi/process';
import { ClientSecretBasic, ClientSecretPost, type ClientAuth } from 'openid-client';
import { LoginError } from './login-error.ts';
import { readClientSecret } from './parse-login-config.ts';

/** How we prove to a provider who we are. */
export interface ClientSecret {
  text: string;
  auth: ClientAuth;
}

/** Reads the secret of a provider anew, so that one that was renewed is used without a restart. */
export async function openClientSecret(path: string, log: Logger): Promise<ClientSecret> {
  try {
    const text = await readClientSecret(path);
    return { text, auth: secretAuth(text) };
  } catch (error) {
    log.error({ path, reason: errorMessage(error) }, 'Cannot read the client secret of a provider');
    throw new LoginError('ProviderFailed', 'The client secret cannot be read');
  }
}

/** In the form if the provider takes it there, else as RFC 8414 §2 has it by default: HTTP Basic. */
function secretAuth(secret: string): ClientAuth {
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const auth = methods.includes('client_secret_post') ? ClientSecretPost(secret) : ClientSecretBasic(secret);
    auth(server, client, body, headers);
  };
}
