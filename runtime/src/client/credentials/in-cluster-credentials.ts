import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { CredentialReader, Credentials, Environment } from './credentials.ts';
import { invalidKubeconfig } from './kubeconfig.ts';

/** Where Kubernetes mounts the ServiceAccount into a pod. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Credentials of the pod's ServiceAccount.
 *
 * Token and CA are read each time: the kubelet writes a new token when a fifth of the old one's hour is left.
 */
export class InClusterCredentials implements CredentialReader {
  readonly #env: Environment;
  readonly #folder: string;

  constructor(deps: { env: Environment; folder?: string | undefined }) {
    this.#env = deps.env;
    this.#folder = deps.folder ?? SERVICE_ACCOUNT_FOLDER;
  }

  async read(): Promise<Credentials> {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = this.#env;
    if (!host || !port) {
      throw invalidKubeconfig('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod');
    }
    const [token, ca] = await Promise.all(
      ['token', 'ca.crt'].map((name) => readFile(join(this.#folder, name), 'utf8')),
    );
    return {
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      tls: { ca },
      headers: { authorization: `Bearer ${token?.trim()}` },
    };
  }

  /** Nothing is kept. */
  refused(): void {}
}
