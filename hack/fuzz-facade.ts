/** Fuzzes a one-machine control plane through its facade, by its own OpenAPI document; ends with 1 when something was found. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent as HttpsAgent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AgentResource, API_VERSION, type Agent } from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient } from '@nannyapi/runtime';
import { startStandalone, type Standalone } from '@nannyapi/standalone';
import { shippedAccess, shippedCrds } from '../cli/src/locations.ts';
import { agentNameOf } from '../standalone/src/compose/local-agent.ts';

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'schemathesis' },
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});

/** Who fuzzes, and for which part of the time. */
interface Role {
  name: string;
  token: string | undefined;
  share: number;
  /** Routes that this role may use and that answer without end. */
  endless: string[];
}

/** What is held against each answer. That a wrong request is refused, and a right one taken, is among it. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
];

/** How to write bodies of types that schemathesis does not know. */
const HOOKS = fileURLToPath(new URL('fuzz-hooks.py', import.meta.url));
/**
 * Which checks are made. Not that of methods on `/login/link`: the page behind that form is no part of the document, and so
 * no method that must be refused. Nor for nobody, who is not told which methods a path takes.
 */
const SETTINGS = `
[checks]
enabled = false
${CHECKS.map((check) => `${check}.enabled = true`).join('\n')}

[[operations]]
include-path = "/login/link"
checks.unsupported_method.enabled = false
`;

const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-fuzz-'));
const logLines: string[] = [];
let status = 1;
try {
  const standalone = await start();
  try {
    status = await fuzz(standalone);
  } finally {
    await standalone.close();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(status);

async function start(): Promise<Standalone> {
  const log = createLogger({ name: 'fuzz', level: 'warn', destination: { write: (line) => void logLines.push(line) } });
  return startStandalone({
    dataDir,
    port: 0,
    facadePort: 0,
    kubeconfigPath: join(dataDir, 'kubeconfig'),
    crds: shippedCrds(),
    access: shippedAccess(),
    apiServerOnly: false,
    env: {},
    clock: systemClock,
    log,
  });
}

async function fuzz(standalone: Standalone): Promise<number> {
  const { facadeUrl = '', adminToken, caPem } = standalone;
  const agentToken = (await readFile(join(dataDir, 'agent', 'token'), 'utf8')).trim();
  await makeAgent(standalone);
  const [caPath, documentPath] = [join(dataDir, 'fuzz-ca.pem'), join(dataDir, 'openapi.json')];
  await writeFile(caPath, caPem);
  await writeFile(documentPath, await get(`${facadeUrl}/openapi.json`, { token: adminToken, caPem }));
  await writeFile(join(dataDir, 'schemathesis.toml'), SETTINGS);
  const roles: Role[] = [
    { name: 'admin', token: adminToken, share: 0.6, endless: [] },
    { name: 'agent', token: agentToken, share: 0.25, endless: ['/agent/v1/stream'] },
    { name: 'nobody', token: undefined, share: 0.15, endless: [] },
  ];
  let found = 0;
  for (const role of roles) {
    process.stderr.write(`== as ${role.name}\n`);
    found += (await run(role, { documentPath, caPath, facadeUrl })) === 0 ? 0 : 1;
  }
  const faults = logLines.filter((line) => line.includes('A request failed'));
  for (const line of faults.slice(0, 20)) process.stderr.write(line);
  process.stderr.write(
    `== ${found} of ${roles.length} roles found something; ${faults.length} requests failed inside\n`,
  );
  return found + faults.length === 0 ? 0 : 1;
}

function run(role: Role, at: { documentPath: string; caPath: string; facadeUrl: string }): Promise<number> {
  const seconds = Math.max(10, Math.round(Number(values.minutes) * 60 * role.share));
  const flags: Record<string, string> = {
    url: at.facadeUrl,
    'tls-verify': at.caPath,
    phases: 'examples,coverage,fuzzing',
    'max-time': String(seconds),
    seed: values.seed,
    // Below the limit of reads: what is refused for its rate tries nothing.
    'rate-limit': '90/s',
    'request-timeout': '20',
    warnings: 'off',
    ...(role.token === undefined ? { 'exclude-checks': 'unsupported_method' } : {}),
    ...(role.token === undefined ? {} : { header: `Authorization: Bearer ${role.token}` }),
  };
  const child = spawn(
    values.program,
    [
      'run',
      at.documentPath,
      '--continue-on-failure',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...role.endless.flatMap((path) => ['--exclude-path', path]),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], cwd: dataDir, env: { ...process.env, SCHEMATHESIS_HOOKS: HOOKS } },
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** The local agent has a token from the start; its object is made when it runs, which it does not here. */
async function makeAgent({ apiUrl, adminToken, caPem }: Standalone): Promise<void> {
  const log = createLogger({ name: 'fuzz', level: 'silent' });
  const client = createKubeClient({ server: { url: apiUrl, caPem, token: adminToken }, userAgent: 'fuzz', log });
  const metadata = { namespace: 'default', name: agentNameOf(hostname()) };
  await client.resource<Agent>(AgentResource).create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
  await client.close();
}

function get(url: string, { token, caPem }: { token: string; caPem: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request(url, { headers, agent: new HttpsAgent({ ca: caPem }) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => resolve(text)).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
