/**
 * A child process that stands in for an API server with many objects, so that the client alone is measured:
 * `node canned-api-server.ts COUNT`. It serves pages, streamed lists and silent watches of one resource over TLS, and
 * prints `{url, caPem}`.
 */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issueServerCertificate, makeAuthority } from '../../standalone/src/tls/certificate-authority.ts';
import { cannedObject } from './canned-object.ts';

const count = Number(process.argv[2]);
const VERSION = String(1_000_000 + count);
const BOOKMARK = JSON.stringify({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: VERSION, annotations: { 'k8s.io/initial-events-end': 'true' } } },
});

const authority = await makeAuthority(new Date());
const { certPem: cert, keyPem: key } = await issueServerCertificate(authority, ['127.0.0.1'], new Date());
const server = createServer({ cert, key }, (request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `https://127.0.0.1:${port}`, caPem: authority.certPem }));
});
process.once('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = new URL(request.url ?? '', 'https://canned').searchParams;
  response.writeHead(200, { 'content-type': 'application/json' });
  if (query.get('watch') !== 'true') {
    response.end(page(Number(query.get('continue') ?? 0), Number(query.get('limit') ?? count)));
    return;
  }
  response.flushHeaders();
  if (query.get('sendInitialEvents') === 'true') await sendInitial(response);
}

function page(start: number, limit: number): string {
  const end = Math.min(start + limit, count);
  const items: string[] = [];
  for (let index = start; index < end; index++) items.push(cannedObject(index));
  const metadata = JSON.stringify({ resourceVersion: VERSION, ...(end < count ? { continue: String(end) } : {}) });
  return `{"kind":"List","apiVersion":"v1","metadata":${metadata},"items":[${items.join(',')}]}`;
}

async function sendInitial(response: ServerResponse): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    let lines = '';
    for (let index = start; index < Math.min(start + 100, count); index++) {
      lines += `{"type":"ADDED","object":${cannedObject(index)}}\n`;
    }
    if (!response.write(lines)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.write(`${BOOKMARK}\n`);
}
