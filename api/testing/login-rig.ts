import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserResource, type User } from '@nannyapi/crds';
import { createLogger, type Clock } from '@nannyapi/process';
import { findFreePorts, startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import type { AuditEntry } from '../src/audit/audit.ts';
import { createApp } from '../src/http/create-app.ts';
import { createTokenAuthenticator } from '../src/identity/token-authenticator.ts';
import { createLoginLinks, type LoginLinks } from '../src/login/login-links.ts';
import { LoginServer } from '../src/login/login-server.ts';
import { parseLoginConfig } from '../src/login/parse-login-config.ts';
import { SecretKeys } from '../src/secrets/secret-keys.ts';
import type { Browser } from './browser.ts';
import { ShiftedClock } from './shifted-clock.ts';

/** One replica of the login, with routes to try it on: `GET /whoami` (a page), `GET /api/whoami` and `POST /deed`. */
export interface LoginReplica {
  url: string;
  app: FastifyInstance;
  login: LoginServer;
  links: LoginLinks;
  registry: Registry;
  close(): Promise<void>;
}

/** How a replica differs from the first one. */
export interface ReplicaOptions {
  /** Login configuration, YAML. */
  config: string;
  port?: number;
  secretKeys?: SecretKeys;
  tls?: { certPem: string; keyPem: string };
  publicURL?: URL;
  providerTimeoutSeconds?: number;
}

/** An API server, and replicas of the login that share it, their keys, their clock and their public URL. */
export class LoginRig {
  readonly server: TestApiServer;
  readonly publicURL: URL;
  readonly clock = new ShiftedClock();
  readonly secretKeys = SecretKeys.parse(SecretKeys.generate());
  /** What all replicas logged and audited. */
  readonly log: string[] = [];
  readonly audited: AuditEntry[] = [];
  readonly #folder: string;
  readonly #closers: (() => Promise<unknown>)[] = [];

  private constructor(server: TestApiServer, { folder, port }: { folder: string; port: number }) {
    this.server = server;
    this.publicURL = new URL(`http://127.0.0.1:${port}`);
    this.#folder = folder;
  }

  static async start(): Promise<LoginRig> {
    const folder = await mkdtemp(join(tmpdir(), 'nannyapi-login-'));
    const [port = 0] = await findFreePorts(1);
    return new LoginRig(await startTestApiServer(), { folder, port });
  }

  callback(provider: string): string {
    return new URL(`/auth/${provider}/callback`, this.publicURL).href;
  }

  /** Writes a file and tells its path. */
  async secretFile(name: string, text: string): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Closes something with the rig. */
  own<T extends { close(): Promise<unknown> }>(closable: T): T {
    this.#closers.unshift(() => closable.close());
    return closable;
  }

  /** Starts a replica; without a port it is at the public URL. */
  async replica(options: ReplicaOptions): Promise<LoginReplica> {
    const { tls, publicURL = this.publicURL, port = Number(publicURL.port) } = options;
    const registry = new Registry();
    const log = createLogger({
      name: 'login',
      level: 'debug',
      destination: { write: (line) => void this.log.push(line) },
    });
    const links = createLoginLinks({ publicURL, clock: this.clock });
    const login = new LoginServer({
      client: this.server.client,
      clock: this.clock,
      log,
      registry,
      audit: { record: (entry) => void this.audited.push(entry) },
      publicURL,
      origins: [publicURL.origin],
      secretKeys: options.secretKeys ?? this.secretKeys,
      config: parseLoginConfig(options.config),
      links,
      providerTimeoutSeconds: options.providerTimeoutSeconds,
    });
    const app = createTrialApp(login, { clock: this.clock, log, tls });
    const stop = new AbortController();
    const running = Promise.all(login.caches().map((cache) => cache.start(stop.signal)));
    await app.listen({ host: '127.0.0.1', port, listenTextResolver: () => 'Listening' });
    await Promise.all(login.caches().map((cache) => cache.waitForSync({ signal: AbortSignal.timeout(10_000) })));
    const close = async (): Promise<void> => {
      stop.abort();
      await app.close();
      await running;
    };
    return this.own({ url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, app, login, links, registry, close });
  }

  /** All User objects. */
  users(): Promise<User[]> {
    return this.server.client.resource<User>(UserResource).listAll();
  }

  /** The User of a person. @throws Error when there is none. */
  async user(provider: string, subject: string): Promise<User> {
    const users = await this.users();
    const user = users.find(({ spec }) => spec.provider === provider && spec.subject === subject);
    if (!user) throw new Error(`There is no User ${provider}:${subject}`);
    return user;
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
    await this.server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Logs a browser in, by the form of the test provider or stand-in. */
export async function logIn(
  browser: Browser,
  { url }: Pick<LoginReplica, 'url'>,
  as: { provider: string; login: string; returnTo?: string },
): Promise<void> {
  const { provider, login, returnTo = '/whoami' } = as;
  await browser.open(`${url}/auth/${provider}/start?return_to=${encodeURIComponent(returnTo)}`);
  // A provider that knows the browser from before asks nothing.
  if (browser.forms.length > 0) await browser.submit({ login });
}

/** Who a browser is, as a replica sees it; `undefined` when it is nobody. */
export async function whoIs(
  browser: Browser,
  { url }: Pick<LoginReplica, 'url'>,
): Promise<{ name: string; groups: string[]; sessionID: string; csrf: string } | undefined> {
  const page = await browser.open(`${url}/whoami`);
  if (page.url.pathname !== '/whoami' || page.status !== 200) return undefined;
  const { principal, session } = JSON.parse(page.text) as {
    principal: { name: string; groups: string[] };
    session: { id: string; csrfToken: string };
  };
  return { name: principal.name, groups: principal.groups, sessionID: session.id, csrf: session.csrfToken };
}

function createTrialApp(
  login: LoginServer,
  { clock, log, tls }: { clock: Clock; log: ReturnType<typeof createLogger>; tls: ReplicaOptions['tls'] },
): FastifyInstance {
  const authenticator = login.authenticator(createTokenAuthenticator([]));
  const app = createApp({ authenticator, clock, log, schemes: [login.scheme()], tls });
  login.register(app);
  const page = { audience: 'everyone', page: true } as const;
  app.get('/', { config: page }, async () => ({ page: 'first' }));
  app.get('/login', { config: page }, async () => ({ page: 'login' }));
  for (const [url, isPage] of [
    ['/whoami', true],
    ['/api/whoami', false],
  ] as const)
    app.get(url, { config: { audience: 'people', page: isPage } }, async ({ authentication, principal }) => ({
      principal,
      scheme: authentication?.scheme,
      session: authentication?.session,
    }));
  app.post('/deed', { config: { audience: 'people', form: true } }, async () => ({ isDone: true }));
  return app;
}
