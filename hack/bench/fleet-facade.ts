/**
 * One replica of the facade for the load generator, in a process of its own: it knows enrolled hosts by their keys.
 *
 * Arguments: URL of the API server, file of its authority, file of the admin's token, files of certificate and key.
 * Prints one line of JSON, then runs until it is sent SIGTERM.
 */
import { readFileSync } from 'node:fs';
import { createFacade, SecretKeys } from '@nannyapi/api';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';

const [url = '', port = '0', ...files] = process.argv.slice(2);
const [caPem = '', token = '', certPem = '', keyPem = ''] = files.map((path) => readFileSync(path, 'utf8').trim());
const log = createLogger({ name: 'bench-facade', level: 'error', destination: process.stderr });
const registry = new Registry();
const client = createKubeClient({ server: { url, caPem, token }, userAgent: 'bench', log, registry });
const facadeUrl = `https://127.0.0.1:${port}`;
const facade = createFacade({
  client,
  clock: systemClock,
  log,
  registry,
  authenticator: { authenticate: async () => undefined },
  identity: {
    namespace: 'nannyapi',
    agentNamespace: 'default',
    publicURL: new URL(facadeUrl),
    origins: [facadeUrl],
    secretKeys: SecretKeys.parse(SecretKeys.generate()),
  },
  config: { host: '127.0.0.1', port: Number(port), tls: { certPem, keyPem } },
});
await facade.start(new AbortController().signal);
process.stdout.write(`${JSON.stringify({ facadeUrl })}\n`);

process.once('SIGTERM', () => {
  void facade.close().then(() => client.close());
});
