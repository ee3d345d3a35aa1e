/**
 * A control plane that enrols hosts, in a process of its own: API server, operator and facade with an identity, as in
 * standalone, over TLS.
 *
 * Arguments: data folder, number of people who approve. Prints one line of JSON, then runs until it is sent SIGTERM.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createFacade, SecretKeys } from '@nannyapi/api';
import { createOperator, loadOperatorConfig } from '@nannyapi/operator';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient } from '@nannyapi/runtime';
import { startApiServer } from '@nannyapi/standalone';
import { load } from 'js-yaml';
import { Registry } from 'prom-client';
import { approverToken } from './approver.ts';

const [dataDir = '', people = '1'] = process.argv.slice(2);
const NAMESPACE = 'nannyapi';
const log = createLogger({ name: 'bench-control-plane', level: 'error', destination: process.stderr });
const clock = systemClock;
const registry = new Registry();

const crdFolder = join(import.meta.dirname, '../../../crds/v1alpha1');
const crds = readdirSync(crdFolder).map((file) => load(readFileSync(join(crdFolder, file), 'utf8')));
const apiServer = await startApiServer({ dataDir, port: 0, crds, log, clock });
const { url, caPem, adminToken } = apiServer;
const client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'bench', log, registry });
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
await client.raw('POST', '/api/v1/namespaces', namespace);

const approvers = new Map(
  Array.from({ length: Number(people) }, (_, index) => [
    approverToken(index),
    { kind: 'user', name: `bench:${index}`, groups: [] } as const,
  ]),
);
const port = await freePort();
const origin = `https://127.0.0.1:${port}`;
const facade = createFacade({
  client,
  clock,
  log,
  registry,
  authenticator: { authenticate: async (bearer) => approvers.get(bearer) },
  identity: {
    namespace: NAMESPACE,
    agentNamespace: 'default',
    publicURL: new URL(origin),
    origins: [origin],
    secretKeys: SecretKeys.parse(SecretKeys.generate()),
  },
  config: { host: '127.0.0.1', port, tls: await apiServer.issueServerCertificate(['127.0.0.1']) },
});
const stop = new AbortController();
await facade.start(stop.signal);
const operator = createOperator({ client, clock, log, registry, config: loadOperatorConfig({}) });
const running = operator.start(stop.signal);
process.stdout.write(`${JSON.stringify({ facadeUrl: origin, caPem })}\n`);

process.once('SIGTERM', () => {
  void (async () => {
    stop.abort();
    await running;
    await facade.close();
    await client.close();
    await apiServer.close();
  })();
});

/** The facade must know its origin before it listens: proofs name it. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port: free } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return free;
}
