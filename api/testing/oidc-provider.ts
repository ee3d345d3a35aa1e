import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import { listenOnLoopback } from './loopback-server.ts';

/** An account of the test provider; its login name is its key in {@link OidcProviderOptions.accounts}. */
export interface OidcAccount {
  sub: string;
  [claim: string]: unknown;
}

/** What the provider does wrong, from the next request on. */
export interface OidcFaults {
  /** Connections are cut. */
  isDown?: boolean;
  /** `iss` of the callback. */
  callbackIssuer?: string;
  /** `issuer` of the metadata. */
  metadataIssuer?: string;
  /** The ID token bears this nonce. */
  nonce?: string;
  /** The token endpoint is answered only when this resolves. */
  tokenDelay?: Promise<void>;
  /** `state` of the callback. */
  callbackState?: string;
}

/** How to start the provider. */
export interface OidcProviderOptions {
  /** The exact callbacks that are registered. */
  redirectURIs: string[];
  postLogoutRedirectURIs?: string[];
  /** By login name. */
  accounts: Record<string, OidcAccount>;
  /** Whether e-mail, name and groups stand in the ID token too. Default: true; many real issuers say false. */
  areClaimsInIdToken?: boolean;
  host?: 'localhost' | '127.0.0.1';
}

/** A real OpenID Connect provider, in this process, over plain HTTP on loopback. */
export interface RunningOidcProvider {
  /** For example `http://127.0.0.1:41234`. */
  issuer: string;
  clientID: string;
  clientSecret: string;
  faults: OidcFaults;
  /** Methods and paths that it was asked for. */
  requests: string[];
  close(): Promise<void>;
}

const SCOPES = ['openid', 'profile', 'email', 'groups'];

/**
 * Starts `oidc-provider` with one confidential client that must use PKCE.
 *
 * Its login page is one form: field `login` takes the name of an account, and the button `cancel` gives up. Consent is
 * given with the login.
 */
export async function startOidcProvider(options: OidcProviderOptions): Promise<RunningOidcProvider> {
  const [clientID, clientSecret] = ['nannyapi-test', randomBytes(16).toString('hex')];
  const faults: OidcFaults = {};
  const requests: string[] = [];
  const server = await listenOnLoopback(options.host ?? '127.0.0.1', (origin) => {
    const provider = new Provider(origin, configurationOf(options, { clientID, clientSecret }));
    const listener = withInteractions(provider, options.accounts);
    return (request, response) => {
      requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      void withFaults(faults, request, response, listener);
    };
  });
  return { issuer: server.origin, clientID, clientSecret, faults, requests, close: () => server.close() };
}

function configurationOf(
  { accounts, areClaimsInIdToken = true, postLogoutRedirectURIs = [], redirectURIs }: OidcProviderOptions,
  client: { clientID: string; clientSecret: string },
): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    adapter: adapterOf(client.clientSecret),
    clients: [
      {
        client_id: client.clientID,
        client_secret: client.clientSecret,
        redirect_uris: redirectURIs,
        post_logout_redirect_uris: postLogoutRedirectURIs,
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    scopes: SCOPES,
    claims: {
      openid: ['sub', 'hd', 'acr', 'amr'],
      profile: ['name', 'picture'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    conformIdTokenClaims: !areClaimsInIdToken,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600 },
    findAccount: (_context: unknown, id: string) => {
      const account = Object.values(accounts).find(({ sub }) => sub === id);
      return account && { accountId: account.sub, claims: () => account };
    },
    renderError: (context: { body: string; type: string }, { error }: { error: string }) => {
      Object.assign(context, { type: 'text/plain', body: `The provider refuses: ${error}` });
    },
  };
}

/** The library's own memory is one for all providers of a process: codes of one would be good at another. */
function adapterOf(prefix: string): typeof MemoryAdapter {
  return class extends MemoryAdapter {
    override key(id: string): string {
      return super.key(`${prefix}:${id}`);
    }
  };
}

function withInteractions(provider: Provider, accounts: Record<string, OidcAccount>): RequestListener {
  const callback = provider.callback();
  return (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response);
    return void interact(provider, accounts, { request, response });
  };
}

async function interact(
  provider: Provider,
  accounts: Record<string, OidcAccount>,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return sendLoginPage(response);
  const form = new URLSearchParams(await bodyOf(request));
  const account = accounts[form.get('login') ?? ''];
  if (form.has('cancel') || !account) {
    const result = { error: 'access_denied', error_description: 'The person gave up' };
    return provider.interactionFinished(request, response, result);
  }
  const { client_id: clientId = '', scope = 'openid' } = details.params as { client_id?: string; scope?: string };
  const grant = new provider.Grant({ accountId: account.sub, clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const { acr, amr } = account;
  const login = { accountId: account.sub, ...(acr ? { acr } : {}), ...(amr ? { amr } : {}) };
  return provider.interactionFinished(request, response, { login, consent: { grantId } });
}

function sendLoginPage(response: ServerResponse): void {
  const html =
    '<!doctype html><title>Test provider</title><form method="post"><label>Account <input name="login"></label>' +
    '<button>Log in</button><button name="cancel" value="yes">Cancel</button></form>';
  response.writeHead(200, { 'content-type': 'text/html' }).end(html);
}

async function withFaults(
  faults: OidcFaults,
  request: IncomingMessage,
  response: ServerResponse,
  listener: RequestListener,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider.invalid');
  if (faults.isDown === true) {
    request.socket.destroy();
    return;
  }
  if (pathname === '/auth' && faults.nonce !== undefined) {
    searchParams.set('nonce', faults.nonce);
    request.url = `/auth?${searchParams.toString()}`;
  }
  if (pathname === '/token' && faults.tokenDelay) await faults.tokenDelay;
  // Who asked may have gone meanwhile.
  if (request.socket.destroyed) return;
  spoilAnswer(faults, response);
  listener(request, response);
}

/** Changes what the provider says of itself, on its way out. */
function spoilAnswer({ callbackIssuer, callbackState, metadataIssuer }: OidcFaults, response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'location' || typeof value !== 'string' || !/[?&]code=/.test(value))
      return setHeader(name, value);
    const url = new URL(value);
    if (callbackIssuer !== undefined) url.searchParams.set('iss', callbackIssuer);
    if (callbackState !== undefined) url.searchParams.set('state', callbackState);
    return setHeader(name, url.href);
  };
  if (metadataIssuer === undefined) return;
  const end = response.end.bind(response) as (chunk?: unknown) => ServerResponse;
  response.end = ((chunk?: unknown) => {
    const text = Buffer.isBuffer(chunk) ? chunk.toString('utf8') : typeof chunk === 'string' ? chunk : '';
    if (!text.includes('"authorization_endpoint"')) return end(chunk);
    const spoilt = JSON.stringify({ ...(JSON.parse(text) as object), issuer: metadataIssuer });
    response.setHeader('content-length', Buffer.byteLength(spoilt));
    return end(spoilt);
  }) as ServerResponse['end'];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
