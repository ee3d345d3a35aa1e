import { createServer, type AddressInfo, type Server } from 'node:net';

/**
 * Loopback TCP ports that were free a moment ago, all different.
 *
 * For programs that cannot take "any port": between this answer and their start another program may take one, so the
 * caller tries again when its program cannot listen.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(
      async (server) =>
        await new Promise((resolve) => {
          server.close(resolve);
        }),
    ),
  );
  return ports;
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
