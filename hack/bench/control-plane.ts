/**
 * A control plane for the load generator, in a process of its own: API server, operator and facade as in standalone,
 * but with a credential for each of many agents.
 *
 * Arguments: data folder, number of agents, address of the model gateway or `none`. Prints one line of JSON, then runs
 * until it is sent SIGTERM.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFacade } from '@nannyapi/api';
import { createOperator, loadOperatorConfig } from '@nannyapi/operator';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient } from '@nannyapi/runtime';
import { startApiServer } from '@nannyapi/standalone';
import { load } from 'js-yaml';
import { Registry } from 'prom-client';
import { agentName, agentToken } from './agents.ts';

const [dataDir = '', agents = '0', gatewayUrl = 'none'] = process.argv.slice(2);
const log = createLogger({ name: 'bench-control-plane', level: 'error', destination: process.stderr });
const clock = systemClock;
const registry = new Registry();

const crdFolder = join(import.meta.dirname, '../../crds/v1alpha1');
const crds = readdirSync(crdFolder).map((file) => load(readFileSync(join(crdFolder, file), 'utf8')));
const apiServer = await startApiServer({ dataDir, port: 0, crds, log, clock });
const { url: apiUrl, caPem, adminToken } = apiServer;
const client = createKubeClient({
  server: { url: apiUrl, caPem, token: adminToken },
  userAgent: 'bench',
  log,
  registry,
});

const principals = new Map(
  Array.from({ length: Number(agents) }, (_, index) => [
    sha256(agentToken(index)),
    { kind: 'agent', namespace: 'default', name: agentName(index) } as const,
  ]),
);
const facade = createFacade({
  client,
  clock,
  log,
  registry,
  authenticator: { authenticate: async (bearer) => principals.get(sha256(bearer)) },
  config: { host: '127.0.0.1', port: 0, tls: await apiServer.issueServerCertificate(['127.0.0.1']) },
});
const stop = new AbortController();
await facade.start(stop.signal);
const environment = gatewayUrl === 'none' ? {} : { NANNYAPI_TENSORZERO_URL: gatewayUrl };
const operator = createOperator({ client, clock, log, registry, config: loadOperatorConfig(environment) });
const running = operator.start(stop.signal);
process.stdout.write(`${JSON.stringify({ apiUrl, caPem, adminToken, facadeUrl: facade.address() })}\n`);

process.once('SIGTERM', () => {
  void (async () => {
    stop.abort();
    await running;
    await facade.close();
    await client.close();
    await apiServer.close();
  })();
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
