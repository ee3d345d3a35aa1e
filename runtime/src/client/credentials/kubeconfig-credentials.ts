import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '@nannyapi/process';
import type { TlsOptions } from '../connection.ts';
import type { CredentialReader, Credentials, Environment } from './credentials.ts';
import { ExecCredentials } from './exec-credentials.ts';
import { readKubeconfig, type KubeconfigContext, type KubeconfigUser } from './kubeconfig.ts';
import { OidcCredentials } from './oidc-credentials.ts';

/** Credentials of one context of a kubeconfig: certificates, tokens, token files, exec plug-ins, OIDC. */
export class KubeconfigCredentials implements CredentialReader {
  readonly #path: string;
  readonly #context: string | undefined;
  readonly #exec: ExecCredentials;
  readonly #oidc = new OidcCredentials();

  constructor(origin: { path: string; context?: string | undefined; env: Environment; clock: Clock }) {
    this.#path = origin.path;
    this.#context = origin.context;
    this.#exec = new ExecCredentials(origin);
  }

  async read(): Promise<Credentials> {
    const config = await readKubeconfig(this.#path, this.#context);
    const { cluster, user } = config;
    const headers = { ...(await this.#identity(config)), ...impersonation(user) };
    const { clientCertificate: cert, clientKey: key, ...rest } = await this.#granted(config);
    const tls = { ...(await readTls(config)), ...(cert ? { cert, key } : {}) };
    if (rest.token) headers.authorization = `Bearer ${rest.token}`;
    return { server: cluster.server, tls, headers, proxyUrl: cluster['proxy-url'] };
  }

  refused(): void {
    this.#exec.refused();
  }

  /** What the file itself says of the user; a token file wins over a token, as in client-go. */
  async #identity({ user, userName, folder }: KubeconfigContext): Promise<Record<string, string>> {
    if (user.tokenFile) return bearer((await readFile(resolve(folder, user.tokenFile), 'utf8')).trim());
    if (user.token) return bearer(user.token);
    if (user.username !== undefined) {
      return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` };
    }
    if (!user['auth-provider']) return {};
    return bearer(await this.#oidc.token(userName, user['auth-provider']));
  }

  async #granted(config: KubeconfigContext): ReturnType<ExecCredentials['get']> {
    return config.user.exec ? this.#exec.get(config.user.exec, config) : {};
  }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

async function readTls({ cluster, user, folder }: KubeconfigContext): Promise<TlsOptions> {
  const ca = await material(folder, cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await material(folder, user['client-certificate-data'], user['client-certificate']);
  const key = await material(folder, user['client-key-data'], user['client-key']);
  return {
    ...(ca ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
    ...(cluster['tls-server-name'] ? { servername: cluster['tls-server-name'] } : {}),
  };
}

/** PEM text; data in the file wins over a path. */
async function material(
  folder: string,
  data: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString();
  return path ? readFile(resolve(folder, path), 'utf8') : undefined;
}

function impersonation(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {};
  const extra = Object.entries(user['as-user-extra'] ?? {}).map(
    ([name, values]) => [`impersonate-extra-${encodeURIComponent(name.toLowerCase())}`, values] as const,
  );
  return {
    'impersonate-user': user.as,
    ...(user['as-uid'] ? { 'impersonate-uid': user['as-uid'] } : {}),
    ...(user['as-groups'] ? { 'impersonate-group': user['as-groups'] } : {}),
    ...Object.fromEntries(extra),
  };
}
