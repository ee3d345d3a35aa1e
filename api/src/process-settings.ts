import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { CodedError, errorMessage, type ErrorDetail } from '@nannyapi/process';
import type { FacadeIdentity } from './facade-identity.ts';
import { parseRanges } from './identity/cluster-node.ts';
import { readLoginConfig } from './login/parse-login-config.ts';
import type { ApiProcessConfig } from './process-config.ts';
import { SecretKeys } from './secrets/secret-keys.ts';

/** What the settings of a facade mean, with the content of the files that they name. */
export interface ApiProcessSettings {
  /** Absent without a public URL: nobody logs in and no host is enrolled. */
  identity: FacadeIdentity | undefined;
  sharedAddresses: BlockList;
  trustedProxies: BlockList;
}

/**
 * Reads what one setting alone does not tell, and the files that settings name.
 *
 * @throws CodedError `InvalidConfig` that names every bad setting, all at once.
 */
export async function readApiProcessSettings(config: ApiProcessConfig): Promise<ApiProcessSettings> {
  const problems = new Problems();
  const ranges = (name: 'NANNYAPI_API_AGENT_SHARED_ADDRESSES' | 'NANNYAPI_API_TRUSTED_PROXIES') =>
    problems.of(name, () => parseRanges(config[name] ?? ''));
  const { NANNYAPI_API_TLS_CERT_FILE: certPath, NANNYAPI_API_TLS_KEY_FILE: keyPath } = config;
  if ((certPath === undefined) !== (keyPath === undefined))
    problems.add('NANNYAPI_API_TLS_CERT_FILE', 'and NANNYAPI_API_TLS_KEY_FILE go together');
  const read = {
    sharedAddresses: await ranges('NANNYAPI_API_AGENT_SHARED_ADDRESSES'),
    trustedProxies: await ranges('NANNYAPI_API_TRUSTED_PROXIES'),
    identity: await readIdentity(config, problems),
  };
  problems.throwIfAny();
  const { sharedAddresses = new BlockList(), trustedProxies = new BlockList(), identity } = read;
  return { sharedAddresses, trustedProxies, identity };
}

async function readIdentity(config: ApiProcessConfig, problems: Problems): Promise<FacadeIdentity | undefined> {
  const publicURL = config.NANNYAPI_API_PUBLIC_URL;
  if (publicURL === undefined) {
    requireNone(config, problems);
    return undefined;
  }
  const { NANNYAPI_API_LOGIN_CONFIG_FILE: loginPath, NANNYAPI_API_CA_FILE: caPath } = config;
  const url = await problems.of('NANNYAPI_API_PUBLIC_URL', () => readOrigin(publicURL));
  const others = await problems.of('NANNYAPI_API_OTHER_URLS', () => readOrigins(config.NANNYAPI_API_OTHER_URLS ?? ''));
  const secretKeys = await problems.of('NANNYAPI_API_SECRET_KEYS_FILE', () =>
    readSecretKeys(config.NANNYAPI_API_SECRET_KEYS_FILE),
  );
  const loginConfig = await problems.of('NANNYAPI_API_LOGIN_CONFIG_FILE', () =>
    loginPath === undefined ? undefined : readLoginConfig(loginPath),
  );
  const caPem = await problems.of('NANNYAPI_API_CA_FILE', () =>
    caPath === undefined ? undefined : readAuthority(caPath),
  );
  if (!url || !secretKeys) return undefined;
  return {
    namespace: config.NANNYAPI_NAMESPACE,
    agentNamespace: config.NANNYAPI_API_AGENT_NAMESPACE ?? config.NANNYAPI_NAMESPACE,
    publicURL: url,
    origins: [...new Set([url.origin, ...(others ?? [])])],
    secretKeys,
    loginConfig,
    caPem,
  };
}

/** Settings that would be without effect: who gives one expects something of it. */
function requireNone(config: ApiProcessConfig, problems: Problems): void {
  for (const name of ['NANNYAPI_API_LOGIN_CONFIG_FILE', 'NANNYAPI_API_OTHER_URLS', 'NANNYAPI_API_CA_FILE'] as const)
    if (config[name] !== undefined) problems.add(name, 'needs NANNYAPI_API_PUBLIC_URL');
}

/** Scheme, host and port and nothing else: paths below another one are not served. */
function readOrigin(text: string): URL {
  const url = URL.parse(text.trim());
  if (!url || !['https:', 'http:'].includes(url.protocol))
    throw new Error('must be a URL like https://nanny.example.com');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Error('must have no path, query, fragment or user');
  // A cookie that names its host needs TLS, and so does every token on the way.
  if (url.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
    throw new Error('must begin with https://, but for loopback');
  return url;
}

function readOrigins(text: string): string[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => readOrigin(part).origin);
}

async function readSecretKeys(path: string | undefined): Promise<SecretKeys> {
  if (path === undefined) throw new Error('is required with NANNYAPI_API_PUBLIC_URL');
  return SecretKeys.parse(await readFile(path, 'utf8'));
}

async function readAuthority(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8');
  void new X509Certificate(pem);
  return pem;
}

/** Collects what is wrong, so that a person corrects it in one go. */
class Problems {
  readonly #details: ErrorDetail[] = [];

  add(field: string, message: string): void {
    this.#details.push({ field, message });
  }

  /** What was read, or `undefined` when that failed, which is then told with the others. */
  async of<T>(field: string, read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.add(field, errorMessage(error));
      return undefined;
    }
  }

  throwIfAny(): void {
    if (this.#details.length === 0) return;
    const lines = this.#details.map(({ field, message }) => `${field}: ${message}`);
    throw new CodedError({
      code: 'InvalidConfig',
      message: `Invalid configuration: ${lines.join('; ')}`,
      status: 400,
      details: this.#details,
    });
  }
}
