import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback } from './loopback-server.ts';

/** An account of the stand-in; its key in {@link GithubOptions.accounts} is its present login. */
export interface GithubAccount {
  id: number;
  name?: string;
  emails?: { email: string; primary: boolean; verified: boolean }[];
  orgs?: { id: number; login: string }[];
  teams?: { id: number; slug: string; organization: { login: string } }[];
}

/** How to start the stand-in. */
export interface GithubOptions {
  /** The callback that the OAuth app has registered. */
  redirectURI: string;
  accounts: Record<string, GithubAccount>;
  host?: 'localhost' | '127.0.0.1';
}

/** What it does wrong, from the next request on. */
export interface GithubFaults {
  callbackIssuer?: string;
  /** The API answers with this status. */
  apiStatus?: number;
  /** Scopes that the person leaves out. */
  withheldScopes?: string[];
}

/** A stand-in for github.com and its API. */
export interface RunningGithub {
  /** Address of the server, as `issuer` of a provider of kind `github`. */
  url: string;
  clientID: string;
  clientSecret: string;
  accounts: Record<string, GithubAccount>;
  faults: GithubFaults;
  /** Methods and URLs that it was asked for; no bodies. */
  requests: string[];
  close(): Promise<void>;
}

interface Pending {
  redirectURI: string;
  scope: string;
  state: string | null;
  challenge: string | null;
}

interface Code extends Pending {
  login: string;
}

const REGISTERED = 'https://docs.github.com/apps/managing-oauth-apps/troubleshooting';

/**
 * Starts a server that is as strict as GitHub is, and as peculiar: errors of the token endpoint come with status 200,
 * scopes with commas, callbacks with `iss`, lists in pages of 30 unless asked otherwise; the API wants a User-Agent.
 *
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export async function startGithubStandIn(options: GithubOptions): Promise<RunningGithub> {
  const state = new GithubState(options);
  const server = await listenOnLoopback(options.host ?? '127.0.0.1', (origin) => (request, response) => {
    state.requests.push(`${request.method} ${request.url}`);
    void new GithubExchange(state, { origin, request, response }).answer();
  });
  const { clientID, clientSecret, accounts, faults, requests } = state;
  return { url: server.origin, clientID, clientSecret, accounts, faults, requests, close: () => server.close() };
}

class GithubState {
  readonly clientID = 'Ov23li0123456789abcd';
  readonly clientSecret = randomBytes(20).toString('hex');
  readonly pending = new Map<string, Pending>();
  readonly codes = new Map<string, Code>();
  readonly tokens = new Map<string, { login: string; scopes: string[] }>();
  readonly faults: GithubFaults = {};
  readonly requests: string[] = [];
  readonly redirectURI: string;
  readonly accounts: Record<string, GithubAccount>;

  constructor({ accounts, redirectURI }: GithubOptions) {
    this.accounts = accounts;
    this.redirectURI = redirectURI;
  }
}

class GithubExchange {
  readonly #state: GithubState;
  readonly #origin: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #url: URL;

  constructor(
    state: GithubState,
    { origin, request, response }: { origin: string; request: IncomingMessage; response: ServerResponse },
  ) {
    this.#state = state;
    this.#origin = origin;
    this.#request = request;
    this.#response = response;
    this.#url = new URL(request.url ?? '/', origin);
  }

  async answer(): Promise<void> {
    const route = `${this.#request.method} ${this.#url.pathname}`;
    if (route === 'GET /login/oauth/authorize') return this.#authorize();
    if (route === 'POST /login/oauth/decision') return this.#decide(new URLSearchParams(await this.#body()));
    if (route === 'POST /login/oauth/access_token') return this.#token(new URLSearchParams(await this.#body()));
    if (route.startsWith('GET /api/v3/')) return this.#api(this.#url.pathname.slice('/api/v3'.length));
    return this.#json(404, { message: 'Not Found' });
  }

  #authorize(): void {
    const query = this.#url.searchParams;
    if (query.get('client_id') !== this.#state.clientID) return this.#page(404, 'No such application');
    const redirectURI = query.get('redirect_uri') ?? this.#state.redirectURI;
    if (redirectURI !== this.#state.redirectURI)
      return this.#page(400, 'The redirect_uri is not associated with this application.');
    if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256')
      return this.#page(400, 'code_challenge_method must be S256');
    const id = randomBytes(8).toString('hex');
    const [scope, state, challenge] = [query.get('scope') ?? '', query.get('state'), query.get('code_challenge')];
    this.#state.pending.set(id, { redirectURI, scope, state, challenge });
    return this.#page(
      200,
      `<form method="post" action="/login/oauth/decision"><input type="hidden" name="request" value="${id}">` +
        '<label>Account <input name="login"></label><button>Authorize</button>' +
        '<button name="cancel" value="yes">Cancel</button></form>',
    );
  }

  #decide(form: URLSearchParams): void {
    const id = form.get('request') ?? '';
    const pending = this.#state.pending.get(id);
    if (!pending) return this.#page(400, 'This request is over');
    this.#state.pending.delete(id);
    const url = new URL(pending.redirectURI);
    const login = form.get('login') ?? '';
    if (form.has('cancel') || !this.#state.accounts[login]) {
      url.searchParams.set('error', 'access_denied');
      url.searchParams.set('error_description', 'The user has denied your application access.');
      url.searchParams.set('error_uri', `${REGISTERED}-authorization-request-errors`);
    } else {
      const code = randomBytes(10).toString('hex');
      this.#state.codes.set(code, { ...pending, login });
      url.searchParams.set('code', code);
    }
    if (pending.state !== null) url.searchParams.set('state', pending.state);
    url.searchParams.set('iss', this.#state.faults.callbackIssuer ?? `${this.#origin}/login/oauth`);
    this.#response.writeHead(302, { location: url.href }).end();
  }

  #token(form: URLSearchParams): void {
    const { clientID, clientSecret, codes, faults, tokens } = this.#state;
    if (form.get('client_id') !== clientID || form.get('client_secret') !== clientSecret)
      return this.#refuse('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!code) return this.#refuse('bad_verification_code', 'The code passed is incorrect or expired.');
    if ((form.get('redirect_uri') ?? code.redirectURI) !== code.redirectURI)
      return this.#refuse('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.');
    if (code.challenge !== null && challengeOf(form.get('code_verifier') ?? '') !== code.challenge)
      return this.#refuse('bad_verification_code', 'The code passed is incorrect or expired.');
    const scopes = code.scope.split(/[, ]+/).filter((scope) => !(faults.withheldScopes ?? []).includes(scope));
    const token = `gho_${randomBytes(18).toString('hex')}`;
    tokens.set(token, { login: code.login, scopes });
    return this.#tokenAnswer({ access_token: token, scope: scopes.toSorted().join(','), token_type: 'bearer' });
  }

  #refuse(error: string, description: string): void {
    const uri = `${REGISTERED}-oauth-app-access-token-request-errors`;
    return this.#tokenAnswer({ error, error_description: description, error_uri: uri });
  }

  /** Status 200 for all; a form unless JSON is asked for. */
  #tokenAnswer(fields: Record<string, string>): void {
    if (this.#request.headers.accept?.includes('application/json')) return this.#json(200, fields);
    this.#response.writeHead(200, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' });
    this.#response.end(new URLSearchParams(fields).toString());
  }

  #api(path: string): void {
    const { accounts, faults, tokens } = this.#state;
    const { authorization = '', 'user-agent': userAgent } = this.#request.headers;
    if (!userAgent) return this.#json(403, { message: 'Request forbidden by administrative rules.' });
    if (faults.apiStatus !== undefined) return this.#json(faults.apiStatus, { message: 'As told' });
    const token = tokens.get(/^(?:bearer|token) (.+)$/i.exec(authorization)?.[1] ?? '');
    const account = token && accounts[token.login];
    if (!token || !account) return this.#json(401, { message: 'Bad credentials' });
    const may = (scope: string): boolean => token.scopes.includes(scope);
    const { emails = [], orgs = [], teams = [], id, name = null } = account;
    if (path === '/user') {
      // The address of the profile is the person's choice, and no proof.
      const user = { id, login: token.login, name, email: emails[0]?.email ?? null, avatar_url: `${AVATARS}/${id}` };
      return this.#json(200, user);
    }
    if (path === '/user/emails') return may('user:email') ? this.#list(emails) : this.#json(404, NOT_FOUND);
    if (path === '/user/orgs') return may('read:org') ? this.#list(orgs) : this.#json(403, NEEDS_SCOPE);
    if (path === '/user/teams') return may('read:org') ? this.#list(teams) : this.#json(403, NEEDS_SCOPE);
    return this.#json(404, NOT_FOUND);
  }

  #list(items: readonly object[]): void {
    const size = Math.min(Number(this.#url.searchParams.get('per_page') ?? 30), 100);
    const page = Number(this.#url.searchParams.get('page') ?? 1);
    const next = new URL(this.#url);
    next.searchParams.set('page', String(page + 1));
    const hasNext = page * size < items.length;
    const headers = hasNext ? { link: `<${next.href}>; rel="next", <${next.href}>; rel="last"` } : {};
    return this.#json(200, items.slice((page - 1) * size, page * size), headers);
  }

  #json(status: number, body: object, headers: Record<string, string> = {}): void {
    const type = 'application/json; charset=utf-8';
    this.#response.writeHead(status, { ...headers, 'content-type': type }).end(JSON.stringify(body));
  }

  #page(status: number, html: string): void {
    this.#response.writeHead(status, { 'content-type': 'text/html' });
    this.#response.end(`<!doctype html><title>Stand-in for GitHub</title>${html}`);
  }

  async #body(): Promise<string> {
    let text = '';
    for await (const chunk of this.#request) text += String(chunk);
    return text;
  }
}

const AVATARS = 'https://avatars.githubusercontent.com/u';
const NOT_FOUND = { message: 'Not Found' };
const NEEDS_SCOPE = { message: 'You need at least read:org scope or user scope to list your organizations.' };

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
