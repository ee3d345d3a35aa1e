import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodedError } from '@nannyapi/process';
import { answerMalformed } from './malformed-requests.ts';
import type { CertifiedKey } from '../tls/certificate-authority.ts';

/** Idle connections are kept this long, ms; longer than clients keep theirs, so that it is they who close. */
const KEEP_ALIVE_MS = 180_000;
/** A client has this long to send a whole request, ms. */
const REQUEST_MS = 60_000;

/** Longest head of a request, bytes; kube-apiserver's. A selector may well be longer than Node's default of 16 KiB. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Answers under way have this long when the server closes, ms; then their connections are cut. */
const CLOSE_MS = 5000;

/** A listening HTTPS server. */
export interface HttpsListener {
  port: number;
  /** Serves new connections with another certificate. */
  useCertificate: (certificate: CertifiedKey) => void;
  /** Stops listening and waits a few seconds for answers under way; idle connections are cut. */
  close(): Promise<void>;
}

/** What {@link listenHttps} needs. */
export interface HttpsListenerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  certificate: CertifiedKey;
  handler: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Serves HTTPS with HTTP/1.1 only: one watch a connection is what clients do then, and what the back-pressure of
 * watches counts on.
 *
 * @throws CodedError `PortInUse`, naming the port.
 */
export async function listenHttps(options: HttpsListenerOptions): Promise<HttpsListener> {
  const server = createServer(
    {
      cert: options.certificate.certPem,
      key: options.certificate.keyPem,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      noDelay: true,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      // A connection that is kept alive would hold up the end of a server that closes.
      if (!server.listening) response.setHeader('connection', 'close');
      options.handler(request, response);
    },
  );
  answerMalformed(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    useCertificate: ({ certPem, keyPem }) =>
      server.setSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }),
    close: async () => {
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

function describeListenError(error: Error, at: { host: string; port: number }): Error {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error;
  return new CodedError({
    code: 'PortInUse',
    message: `Port ${at.port} on ${at.host} is in use. Stop what listens there, or choose another port.`,
    cause: error,
  });
}
