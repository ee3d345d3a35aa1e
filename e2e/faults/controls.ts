import { rm, truncate, writeFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { buildFault } from './fault.ts';
import type { FaultTruth, InjectedFault } from './fault.ts';
import { run, suffix } from './shell.ts';

const NO_FAULT: FaultTruth = { mechanism: 'None', component: '^$' };

/** Nothing is wrong. */
export async function controlIdle(): Promise<InjectedFault> {
  return buildFault(() => Promise.resolve(NO_FAULT));
}

/** Fills free memory with page cache by reading a file with holes; the kernel gives it back whenever it is needed. */
export async function controlPageCacheFull(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const file = `${folder}/archive-${suffix()}`;
    undo.push(async () => rm(file, { force: true }));
    await writeFile(file, '');
    await truncate(file, Math.max(0, freemem() - 300 * 1024 * 1024));
    await run('dd', `if=${file}`, 'of=/dev/null', 'bs=4M', 'status=none');
    return NO_FAULT;
  });
}

/** Leaves many sockets in TIME_WAIT after healthy short connections over loopback. */
export async function controlTimeWait(connections = 1500): Promise<InjectedFault> {
  return buildFault(async () => {
    const server = createServer((socket) => socket.resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    for (let index = 0; index < connections; index += 1) {
      const socket = connect(address.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.end();
      socket.resume();
      await once(socket, 'close');
    }
    server.close();
    await once(server, 'close');
    return NO_FAULT;
  });
}
