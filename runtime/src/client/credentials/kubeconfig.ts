import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CodedError } from '@nannyapi/process';
import { load } from 'js-yaml';

/** A cluster as a kubeconfig describes it (k8s.io/client-go `clientcmd/api/v1`). */
export interface KubeconfigCluster {
  server: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
  /** Given to exec plug-ins: the entry called like this in `extensions`. */
  extensions?: { name: string; extension: unknown }[];
}

/** A user as a kubeconfig describes it. */
export interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  exec?: ExecConfig;
  'auth-provider'?: { name: string; config?: Record<string, string> };
}

/** A program that gives out credentials. */
export interface ExecConfig {
  apiVersion: string;
  command: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

/** One context of a kubeconfig, its references followed. */
export interface KubeconfigContext {
  cluster: KubeconfigCluster;
  /** Empty when the context names none. */
  user: KubeconfigUser;
  userName: string;
  /** The folder from which relative paths start. */
  folder: string;
}

/**
 * Reads one context of a kubeconfig file, by default the current one.
 *
 * @throws CodedError `InvalidKubeconfig` for what cannot be used; an error of the file system when it cannot be read.
 */
export async function readKubeconfig(path: string, context?: string): Promise<KubeconfigContext> {
  const config = parse(await readFile(path, 'utf8'));
  const name = context ?? config['current-context'];
  if (!name) throw invalidKubeconfig('it has no current-context');
  const chosen = find(config, 'contexts', 'context', name) as { cluster?: string; user?: string };
  const cluster = find(config, 'clusters', 'cluster', chosen.cluster ?? '') as KubeconfigCluster;
  if (!cluster.server) throw invalidKubeconfig(`its cluster ${JSON.stringify(chosen.cluster)} has no server`);
  const user: KubeconfigUser = chosen.user ? find(config, 'users', 'user', chosen.user) : {};
  return { cluster, user, userName: chosen.user ?? '', folder: dirname(resolve(path)) };
}

/** A kubeconfig that cannot be used. */
export function invalidKubeconfig(why: string, cause?: unknown): CodedError {
  return new CodedError({
    code: 'InvalidKubeconfig',
    message: `The kubeconfig cannot be used: ${why}`,
    status: 500,
    cause,
  });
}

interface RawKubeconfig {
  'current-context'?: string;
  [list: string]: unknown;
}

function parse(text: string): RawKubeconfig {
  if (text.trim() === '') throw invalidKubeconfig('it is empty');
  let config: unknown;
  try {
    config = load(text);
  } catch (cause) {
    throw invalidKubeconfig('it is not YAML', cause);
  }
  if (typeof config !== 'object' || config === null) throw invalidKubeconfig('it is no YAML map');
  return config as RawKubeconfig;
}

/** The entry of that name; of several with one name the first counts, as in client-go. */
function find(config: RawKubeconfig, list: string, field: string, name: string): object {
  const entries = Array.isArray(config[list]) ? (config[list] as Record<string, unknown>[]) : [];
  const found = entries.find((entry) => entry?.name === name)?.[field];
  if (typeof found === 'object' && found !== null) return found;
  const names = entries.map((entry) => String(entry?.name)).join(', ') || 'none';
  throw invalidKubeconfig(`it has no ${field} '${name}'; it has ${names}`);
}
