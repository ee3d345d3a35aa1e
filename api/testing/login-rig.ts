import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, systemClock, type Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import type { AuditEntry } from '../src/audit/audit.ts';
import { createApp } from '../src/http/create-app.ts';
import { createTokenAuthenticator } from '../src/identity/token-authenticator.ts';
import { createLoginLinks, type LoginLinks } from '../src/login/login-links.ts';
import { LoginServer } from '../src/login/login-server.ts';
import { parseLoginConfig } from '../src/login/parse-login-config.ts';
import { SecretKeys } from '../src/secrets/secret-keys.ts';

/** One replica of the login, with two routes to try it on: `GET /whoami` and `POST /deed`. */
export interface LoginReplica {
  url: string;
  app: FastifyInstance;
  login: LoginServer;
  links: LoginLinks;
  audited: AuditEntry[];
  registry: Registry;
  /** Lines of its log. */
  log: string[];
  close(): Promise<void>;
}

/** How to start a replica. */
export interface LoginReplicaOptions {
  client: KubeClient;
  /** Login configuration, YAML. */
  config: string;
  /** A free port; the public URL is that of the first replica. */
  port: number;
  publicURL: URL;
  secretKeys?: SecretKeys;
  clock?: Clock;
  tls?: { certPem: string; keyPem: string };
}

/** Starts a replica of the login on loopback. */
export async function startLoginReplica(options: LoginReplicaOptions): Promise<LoginReplica> {
  const { client, clock = systemClock, config, port, publicURL, tls } = options;
  const registry = new Registry();
  const lines: string[] = [];
  const log = createLogger({ name: 'login', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const audited: AuditEntry[] = [];
  const links = createLoginLinks({ publicURL, clock });
  const origins = [publicURL.origin];
  const login = new LoginServer({
    client,
    clock,
    log,
    registry,
    audit: { record: (entry) => void audited.push(entry) },
    publicURL,
    origins,
    secretKeys: options.secretKeys ?? SecretKeys.parse(SecretKeys.generate()),
    config: parseLoginConfig(config),
    links,
  });
  const authenticator = login.authenticator(createTokenAuthenticator([]));
  const app = createApp({ authenticator, clock, log, schemes: [login.scheme()], tls });
  login.register(app);
  registerTrialRoutes(app);
  const stop = new AbortController();
  const running = Promise.all(login.caches().map((cache) => cache.start(stop.signal)));
  await app.listen({ host: '127.0.0.1', port, listenTextResolver: () => 'Listening' });
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    app,
    login,
    links,
    audited,
    registry,
    log: lines,
    close: async () => {
      stop.abort();
      await app.close();
      await running;
    },
  };
}

function registerTrialRoutes(app: FastifyInstance): void {
  app.get('/whoami', { config: { audience: 'people', page: true } }, async ({ authentication, principal }) => ({
    principal,
    scheme: authentication?.scheme,
    session: authentication?.session,
  }));
  app.get('/login', { config: { audience: 'everyone', page: true } }, async () => ({ page: 'login' }));
  app.get('/', { config: { audience: 'everyone', page: true } }, async () => ({ page: 'first' }));
  app.post('/deed', { config: { audience: 'people', page: true, form: true } }, async () => ({ isDone: true }));
}

/** Files of client secrets of one test file. */
export class SecretFolder {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<SecretFolder> {
    return new SecretFolder(await mkdtemp(join(tmpdir(), 'nannyapi-login-')));
  }

  /** Writes a file and tells its path. */
  async put(name: string, text: string): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
