/**
 * Starts device codes as fast as the facade answers, from an address of its own, in a process of its own: an anonymous
 * flood.
 *
 * Arguments: URL of the facade, number of connections. Prints a line once it floods; at SIGTERM it prints how many
 * starts were accepted and refused, and ends.
 */
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OAUTH_PATHS } from '@nannyapi/protocol';

const [facadeUrl = '', connections = '32'] = process.argv.slice(2);
const { hostname, port, host } = new URL(facadeUrl);
const BODY = 'client_id=nanny';
const REQUEST = [
  `POST ${OAUTH_PATHS.deviceAuthorization} HTTP/1.1`,
  `host: ${host}`,
  'content-type: application/x-www-form-urlencoded',
  `content-length: ${BODY.length}`,
  '',
  BODY,
].join('\r\n');
/** Any address of 127.0.0.0/8 is one of loopback; the enrolments come from another. */
const FROM = '127.0.0.2';

let accepted = 0;
let refused = 0;
const sockets = Array.from({ length: Number(connections) }, flood);

/** One connection with one request at a time; an answer is one chunk, for it is small. */
function flood(): { destroy(): void } {
  // The certificate is that of a control plane of the bench; a flood does not care whom it floods.
  const plain = connectTcp({ host: hostname, port: Number(port), localAddress: FROM });
  const socket = connectTls({ socket: plain, rejectUnauthorized: false }, () => socket.write(REQUEST));
  socket.on('data', (bytes: Uint8Array) => {
    const chunk = Buffer.from(bytes).toString('latin1');
    if (!chunk.startsWith('HTTP/1.1 ')) return;
    if (chunk.startsWith('HTTP/1.1 429')) refused++;
    else if (chunk.startsWith('HTTP/1.1 200')) accepted++;
    else throw new Error(`The flood was answered ${chunk.slice(0, 200)}`);
    socket.write(REQUEST);
  });
  socket.on('error', (error) => {
    throw error;
  });
  return socket;
}

process.stdout.write('flooding\n');
process.on('SIGUSR2', () => {
  process.stdout.write(`${JSON.stringify({ accepted, refused })}\n`);
});
process.once('SIGTERM', () => {
  for (const socket of sockets) socket.destroy();
});
