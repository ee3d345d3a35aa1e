import { dump } from 'js-yaml';

/** A kubeconfig with one cluster and one user. The text holds a credential: files of it are 0600. */
export function kubeconfig(at: { url: string; caPem: string; token: string }): string {
  const name = 'nannyapi-standalone';
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: at.url, 'certificate-authority-data': Buffer.from(at.caPem).toString('base64') },
      },
    ],
    users: [{ name: 'admin', user: { token: at.token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin', namespace: 'default' } }],
    'current-context': name,
  });
}
