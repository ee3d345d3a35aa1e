import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { Standalone } from '@nannyapi/standalone';

/** Where things of a control plane are. */
export interface ReadyPlaces {
  dataDir: string;
  kubeconfigPath: string;
  /** Whether a person reads this. A link that logs an admin in must not get into the log of a service. */
  isTerminal: boolean;
}

/** Whether a stream is a terminal. */
export function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** SHA-256 of the file `/ca.crt` that the facade serves, hex: what `sha256sum ca.crt` prints. */
export function caFingerprint(caPem: string): string {
  return createHash('sha256').update(caPem).digest('hex');
}

/** What a control plane says once all of it is there. The line about kubectl is the last one. */
export function readyText(running: Standalone, places: ReadyPlaces): string {
  const { dataDir, kubeconfigPath } = places;
  return [
    'NannyAPI is ready.',
    `  Kubernetes API  ${running.apiUrl}`,
    ...facadeLines(running, places),
    `  Credentials     ${dataDir}/api-server/admin.token, ${dataDir}/api-server/ca.crt (for REST)`,
    `  kubectl         kubectl --kubeconfig ${kubeconfigPath} get investigations`,
    '',
  ].join('\n');
}

function facadeLines(running: Standalone, { dataDir, isTerminal: isForPerson }: ReadyPlaces): string[] {
  const { facadeUrl, publicURL, agentName, issueLoginLink, installCommand } = running;
  if (facadeUrl === undefined || publicURL === undefined || !issueLoginLink) return [];
  const another = `nanny standalone login-link --data ${dataDir}`;
  return [
    `  Facade          ${facadeUrl}`,
    ...(publicURL.origin === facadeUrl ? [] : [`  Portal          ${publicURL.origin}`]),
    ...(agentName === undefined ? [] : [`  Agent           ${agentName} (namespace default)`]),
    ...(isForPerson
      ? [
          `  Log in          ${issueLoginLink().href}`,
          `                  once, within ten minutes; for another link: ${another}`,
        ]
      : [`  Log in          ${another}`]),
    `  CA fingerprint  ${caFingerprint(running.caPem)}`,
    // Where nobody else can reach it, nobody else can be enrolled.
    ...(isLoopback(publicURL) || !isForPerson || installCommand === undefined
      ? []
      : ['  Enrol a host    as root, on that host:', `    ${installCommand}`]),
  ];
}

function isLoopback({ hostname }: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
