import { once } from 'node:events';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { secureContextOf, type TlsFiles } from './http/create-app.ts';

/** An address that a facade is served on. */
export interface ListenAddress {
  /** For example `192.0.2.7` or `::`. */
  host: string;
  port: number;
}

/**
 * One more address of an HTTP server, with its limits and handlers, and if wanted with another certificate.
 *
 * Node takes connections that were accepted elsewhere: they count, time out and drain as those of the server's own.
 */
export class FacadeListener {
  readonly #accepting: NetServer;
  /** Also those that never came as far as HTTP, which no drain of the server would find. */
  readonly #sockets = new Set<Socket>();

  private constructor(accepting: NetServer) {
    this.#accepting = accepting;
    accepting.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /**
   * Listens for a server that listens already.
   *
   * @param tls another certificate than that of the server
   * @throws Error `EADDRINUSE`, `EADDRNOTAVAIL` and the like.
   */
  static async open(server: HttpServer, address: ListenAddress, tls?: TlsFiles): Promise<FacadeListener> {
    const listener = new FacadeListener(tls ? acceptTls(server, tls) : acceptFor(server));
    listener.#accepting.listen(address);
    await once(listener.#accepting, 'listening');
    return listener;
  }

  /** Serves new connections with another certificate, if it has one of its own. */
  useCertificate(files: TlsFiles): void {
    if ('setSecureContext' in this.#accepting) (this.#accepting as TlsServer).setSecureContext(secureContextOf(files));
  }

  /** Takes no more connections; resolves when those that are open have ended. */
  async close(): Promise<void> {
    if (!this.#accepting.listening) return;
    const closed = once(this.#accepting, 'close');
    this.#accepting.close();
    await closed;
  }

  /** Ends what is still open. */
  closeAllConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** As long as the server itself waits for a handshake; Node's own two minutes are long for who sends nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };

function acceptFor(server: HttpServer): NetServer {
  return createServer(SOCKET_OPTIONS, (socket) => server.emit('connection', socket));
}

function acceptTls(server: HttpServer, tls: TlsFiles): NetServer {
  const options = { ...SOCKET_OPTIONS, ...secureContextOf(tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
  return createTlsServer({ ...options, ALPNProtocols: ['http/1.1'] })
    .on('secureConnection', (socket) => server.emit('secureConnection', socket))
    .on('tlsClientError', (error, socket) => server.emit('tlsClientError', error, socket));
}
