import { argv, stdout } from 'node:process';
import { createLogger } from '@nannyapi/process';
import { startApiServer } from '../../server/start-api-server.ts';

/** The program that the crash test kills: serves a data folder and says where, on one line of JSON. */
const [, , dataDir = '', windowRevisions = ''] = argv;
const log = createLogger({ name: 'crash-test', level: 'silent' });
const server = await startApiServer({ dataDir, port: 0, crds: [], log, windowRevisions: Number(windowRevisions) });
const { url, caPem, adminToken } = server;
stdout.write(`${JSON.stringify({ url, caPem, adminToken })}\n`);
