import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { addressBlock } from '../identity/client-address.ts';

/** Connections of one address that have shown no good credential yet: so many hosts may come back at once behind it. */
export const MAX_UNPROVEN_CONNECTIONS = 2048;

/**
 * Bounds how many connections one address holds before it proves who it is.
 *
 * Sockets that were opened and say nothing, or say it slowly, are all that a stranger can take away; the timeouts of the
 * listener free them. A connection that a good credential came over is counted no more: ten thousand agents may come
 * from one address.
 *
 * @param isExempt addresses without a bound: proxies, behind which all clients are.
 */
export function limitConnections(
  app: FastifyInstance,
  { max = MAX_UNPROVEN_CONNECTIONS, isExempt }: { max?: number | undefined; isExempt: (address: string) => boolean },
): void {
  const open = new Map<string, number>();
  const unproven = new Map<string, () => void>();
  const count = (socket: Socket): void => {
    const { remoteAddress = '' } = socket;
    const connection = connectionOf(socket);
    // With TLS a connection comes twice: when it is accepted, and when its handshake is done.
    if (isExempt(remoteAddress) || unproven.has(connection)) return;
    const block = addressBlock(remoteAddress);
    const others = open.get(block) ?? 0;
    if (others >= max) return void socket.destroy();
    open.set(block, others + 1);
    const forget = (): void => {
      if (!unproven.delete(connection)) return;
      const rest = (open.get(block) ?? 1) - 1;
      if (rest === 0) open.delete(block);
      else open.set(block, rest);
    };
    unproven.set(connection, forget);
    socket.once('close', forget);
  };
  app.server.on('connection', count);
  app.server.on('secureConnection', count);
  app.addHook('onRequest', async ({ authentication, raw }) => {
    if (authentication) unproven.get(connectionOf(raw.socket))?.();
  });
}

function connectionOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
