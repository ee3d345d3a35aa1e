import type { TlsOptions } from '../connection.ts';

/** Where the API server is and as whom this process speaks to it, at one moment. */
export interface Credentials {
  /** Address of the server, with the path that stands before its API. */
  server: string;
  tls: TlsOptions;
  /** Who this process is and whom it impersonates. */
  headers: Record<string, string | string[]>;
  /** The kubeconfig's own proxy; absent leaves it to the environment. */
  proxyUrl?: string | undefined;
}

/** Finds out what the credentials are now. */
export interface CredentialReader {
  /** Reads all files anew, for they rotate. @throws CodedError `InvalidKubeconfig`, or of the file system. */
  read(): Promise<Credentials>;
  /** Forgets what was cached, because the server refused it. */
  refused(): void;
}

/** Variables of the process, as far as credentials and proxies go by them. */
export type Environment = Readonly<Record<string, string | undefined>>;
