import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodedError } from '@nannyapi/process';

/** What a probe server tells. */
export interface ProbeServerOptions {
  /** Whether the agent holds a stream of its control plane now. */
  isConnected: () => boolean;
}

/** The pod shares the host's network, so nothing but this machine may ask. */
const HOST = '127.0.0.1';
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Answers the kubelet: `/healthz` while the event loop turns, `/readyz` while the agent is connected.
 *
 * A port, and not a program that the kubelet runs in the container: that would start one every few seconds, for good.
 */
export class ProbeServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Listens on the loopback interface.
   *
   * @param port 0 takes any free one.
   * @throws CodedError `PortInUse` when something else listens there.
   */
  static async listen(port: number, { isConnected }: ProbeServerOptions): Promise<ProbeServer> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      const path = request.url?.split('?', 1)[0];
      if (path === '/healthz') reply(response, 200, 'ok');
      else if (path !== '/readyz') reply(response, 404, 'there are /healthz and /readyz');
      else if (isConnected()) reply(response, 200, 'ok');
      else reply(response, 503, 'not connected to the control plane');
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(port, HOST, resolve);
    try {
      await promise;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
      const message = `Port ${port} of ${HOST} is in use; choose another by NANNYAPI_AGENT_PROBE_PORT`;
      throw new CodedError({ code: 'PortInUse', message, status: 409, cause });
    }
    return new ProbeServer(server);
  }

  /** Port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts what is open: a probe is asked again. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${text}\n`);
}
