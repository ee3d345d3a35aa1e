import { resolve } from 'node:path';
import { readFacadeUrl } from './facade/facade-url.ts';
import { readListen, type ListenFlag } from './listen-flag.ts';
import { UsageError } from './verb.ts';

/** How the facade serves other machines. */
export const FACADE_FLAGS = {
  listen: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'public-url': { type: 'string' },
  'login-config': { type: 'string' },
} as const;

/** Their help. */
export const FACADE_HELP = `  --listen ADDR[,…]    Serve the facade to other machines too: IP addresses, each with a port if wanted; 0.0.0.0 is all
  --tls-cert FILE      Certificate chain shown to other machines, PEM, read again when it changes (default: one of our
  --tls-key FILE       own authority), and its key
  --public-url URL     Where people and hosts reach the facade (default: the first address of --listen)
  --login-config FILE  Who may log in, by which identity provider (YAML); default: the admin, by a one-time link
`;

/** What was given of {@link FACADE_FLAGS}. */
export type FacadeFlagValues = { [Flag in keyof typeof FACADE_FLAGS]?: string | undefined };

/** The same as options of a control plane. */
export interface FacadeOptions {
  listen?: ListenFlag[] | undefined;
  certificateFiles?: { certPath: string; keyPath: string } | undefined;
  publicURL?: URL | undefined;
  loginConfigPath?: string | undefined;
}

/** @throws UsageError that names the flag. */
export function readFacadeFlags(values: FacadeFlagValues): FacadeOptions {
  const { listen, 'public-url': publicURL, 'login-config': loginConfig } = values;
  return {
    listen: listen === undefined ? undefined : readListen(listen),
    certificateFiles: readCertificateFiles(values),
    publicURL: publicURL === undefined ? undefined : readPublicURL(publicURL),
    loginConfigPath: loginConfig === undefined ? undefined : resolve(loginConfig),
  };
}

function readCertificateFiles({
  'tls-cert': certPath,
  'tls-key': keyPath,
  listen,
}: FacadeFlagValues): FacadeOptions['certificateFiles'] {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) throw new UsageError('--tls-cert and --tls-key go together');
  if (listen === undefined) throw new UsageError('--tls-cert is shown to other machines: it needs --listen');
  return { certPath: resolve(certPath), keyPath: resolve(keyPath) };
}

function readPublicURL(text: string): URL {
  const url = readFacadeUrl(text, 'public-url');
  if (url.protocol !== 'https:') throw new UsageError('--public-url must begin with https://');
  return url;
}
