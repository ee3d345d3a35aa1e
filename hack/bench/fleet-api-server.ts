/**
 * The API server under a facade of the bench, in a process of its own, with a certificate for that facade.
 *
 * Argument: data folder. Prints one line of JSON, then runs until it is sent SIGTERM.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, systemClock } from '@nannyapi/process';
import { startApiServer } from '@nannyapi/standalone';
import { load } from 'js-yaml';

const [dataDir = ''] = process.argv.slice(2);
const log = createLogger({ name: 'bench-api-server', level: 'error', destination: process.stderr });
const crdFolder = join(import.meta.dirname, '../../crds/v1alpha1');
const crds = readdirSync(crdFolder).map((file) => load(readFileSync(join(crdFolder, file), 'utf8')));
const server = await startApiServer({ dataDir, port: 0, crds, log, clock: systemClock });
const { certPem, keyPem } = await server.issueServerCertificate(['127.0.0.1']);
writeFileSync(join(dataDir, 'facade.crt'), certPem);
writeFileSync(join(dataDir, 'facade.key'), keyPem, { mode: 0o600 });
const { url: apiUrl, caPem, adminToken } = server;
process.stdout.write(`${JSON.stringify({ apiUrl, caPem, adminToken })}\n`);

process.once('SIGTERM', () => void server.close());
