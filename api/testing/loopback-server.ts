import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A plain HTTP server of a test, on loopback. */
export interface LoopbackServer {
  /** For example `http://127.0.0.1:41234`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Listens on any free port of loopback.
 *
 * @param host `localhost` is another site than `127.0.0.1`, as browsers see it: cookies of the one are third-party ones
 *   of the other.
 * @param handle makes the listener, given the origin that it will have.
 */
export async function listenOnLoopback(
  host: 'localhost' | '127.0.0.1',
  handle: (origin: string) => RequestListener,
): Promise<LoopbackServer> {
  let listener: RequestListener | undefined;
  const server = createServer((request, response) => listener?.(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  listener = handle(origin);
  return { origin, close: () => stop(server) };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
