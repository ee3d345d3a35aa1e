import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLogger, systemClock, makeFolder } from '@nannyapi/process';
import { startStandalone, type Standalone } from '@nannyapi/standalone';
import { readFlags, readOutput, readPort, readPrompt } from './flags.ts';
import { ask, type Question } from './investigate/ask.ts';
import { FacadeClient } from './investigate/facade-client.ts';
import { agentCommand, shippedAccess, shippedCrds } from './locations.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  prompt: { type: 'string', default: 'Why is this machine slow?' },
  once: { type: 'boolean', default: false },
  output: { type: 'string', default: 'text' },
  data: { type: 'string' },
  port: { type: 'string' },
  tensorzero: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hack/quickstart`, after the set-up: control plane, agent and question in one go. */
export const quickstart: Verb = {
  help: `Usage: hack/quickstart [options]
       nanny quickstart --data DIR [options]

Starts the control plane and an agent on this machine, asks why it is slow and prints the verdict.

  --prompt TEXT        Ask something else (10 to 4000 characters)
  --once               End after the verdict instead of staying up
  --output text|json   json: progress on standard error, on standard output one document
                       {"investigation": …, "evidence": [{"id", "source", "text"}]}; needs --once
  --data DIR           Folder for everything durable
  --port N             Port of the Kubernetes API, the facade is on N+1 (default 7443; with --once any free ones)
  --tensorzero URL     Let the model behind this TensorZero gateway diagnose (or NANNYAPI_TENSORZERO_URL)

Exit status with --once: 0 when a root cause or no fault was found, 3 when it stayed inconclusive, 1 on failure.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  if (!values.data) throw new UsageError('--data must name a folder');
  const prompt = readPrompt(values.prompt);
  const asJson = readOutput(values.output) === 'json';
  if (asJson && !values.once) throw new UsageError('--output json needs --once');
  const defaultPort = values.once ? 0 : 7443;
  const port = values.port === undefined ? defaultPort : readPort('port', values.port);
  const env = values.tensorzero ? { ...io.env, NANNYAPI_TENSORZERO_URL: values.tensorzero } : io.env;
  const settings = { dataDir: resolve(values.data), port, env };

  const running = await start(settings, io);
  try {
    const status = await ask(running.client, questionOf(running, { prompt, asJson }, io), io);
    if (values.once) return status;
    io.stdout.write(stayingText(running, settings.dataDir));
    await Promise.race([running.standalone.failed, aborted(io.signal)]);
    return 0;
  } finally {
    await running.client.close();
    await running.standalone.close();
  }
}

interface Running {
  standalone: Standalone;
  client: FacadeClient;
}

async function start(settings: { dataDir: string; port: number; env: VerbIo['env'] }, io: VerbIo): Promise<Running> {
  const { dataDir, port } = settings;
  await makeFolder(dataDir);
  const logFile = join(dataDir, 'nanny.log');
  io.stderr.write(`Starting the control plane and an agent (their log: ${logFile}) …\n`);
  const standalone = await startStandalone({
    dataDir,
    port,
    facadePort: port === 0 ? 0 : port + 1,
    kubeconfigPath: join(dataDir, 'kubeconfig'),
    crds: shippedCrds(),
    access: shippedAccess(),
    agentCommand: agentCommand(),
    agentLogPath: logFile,
    apiServerOnly: false,
    env: settings.env,
    clock: systemClock,
    log: createLogger({
      name: 'nanny',
      level: 'info',
      destination: createWriteStream(logFile, { flags: 'a', mode: 0o600 }),
    }),
  });
  const client = new FacadeClient({
    url: standalone.facadeUrl ?? '',
    caPem: standalone.caPem,
    token: standalone.adminToken,
  });
  return { standalone, client };
}

function questionOf(
  { standalone, client }: Running,
  wanted: { prompt: string; asJson: boolean },
  { isRoot, signal }: VerbIo,
): Question {
  const agentName = standalone.agentName ?? '';
  return {
    ...wanted,
    agentName,
    about: `this machine, agent ${agentName}`,
    onFirstStep: async (progress) => {
      for (const missing of (await client.missingOn(agentName, signal)) ?? [])
        progress.write(`          missing   ${missing}\n`);
      if (!isRoot) progress.write('          to see more   sudo hack/quickstart\n');
    },
  };
}

function stayingText({ standalone }: Running, dataDir: string): string {
  return `
The control plane stays up until you press Ctrl-C.
  Kubernetes API  ${standalone.apiUrl}
  Facade          ${standalone.facadeUrl}
  Portal          ${standalone.issueLoginLink?.().href}
                  logs you in once, within ten minutes; for another link: nanny standalone login-link --data ${dataDir}
                  Its certificate is of our own authority, which your browser does not know: it will warn you.
  Try             kubectl --kubeconfig ${join(dataDir, 'kubeconfig')} describe investigations
`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
