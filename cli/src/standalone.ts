import { dirname, resolve } from 'node:path';
import type { AgentPackage } from '@nannyapi/api';
import { createLogger, LOG_LEVELS, type LogLevel, systemClock, makeFolder } from '@nannyapi/process';
import { startStandalone } from '@nannyapi/standalone';
import { FACADE_FLAGS, FACADE_HELP, readFacadeFlags } from './facade-flags.ts';
import { readFlags, readPort } from './flags.ts';
import { agentCommand, shippedAccess, shippedCrds } from './locations.ts';
import { withoutOptimizing } from './without-optimizing.ts';
import { isTerminal, readyText } from './standalone-ready.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  data: { type: 'string' },
  port: { type: 'string', default: '7443' },
  'facade-port': { type: 'string' },
  kubeconfig: { type: 'string' },
  agent: { type: 'boolean', default: false },
  'api-server-only': { type: 'boolean', default: false },
  ...FACADE_FLAGS,
  'log-level': { type: 'string', default: 'info' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny standalone`: the whole control plane in one process, on this machine alone. */
export const standalone: Verb = {
  help: `Usage: nanny standalone --data DIR [options]

Serves the Kubernetes API of NannyAPI (for kubectl) and the facade (portal, REST and agents) on loopback, and with
--listen the facade to other machines as well.

  --data DIR           Folder for everything durable; made if missing, mode 0700
  --port N             Port of the Kubernetes API (default 7443; 0 takes any free one)
  --facade-port M      Port of the facade (default N+1; 0 takes any free one)
  --kubeconfig FILE    Where to write the kubeconfig once ready (default DIR/kubeconfig), mode 0600
  --agent              Also run an agent for this very machine
  --api-server-only    Serve the Kubernetes API alone
${FACADE_HELP}  --log-level LEVEL    ${LOG_LEVELS.join(', ')} (default info); logs are JSON lines on standard error

Environment:
  NANNYAPI_TENSORZERO_URL   Address of a TensorZero gateway; without it the built-in playbook diagnoses
`,
  verbs: {
    export: {
      summary: 'Write what is stored as files, for a cluster or for git',
      load: async () => (await import('./export.ts')).standaloneExport,
    },
    backup: {
      summary: 'Write everything to one file, while it runs or not',
      load: async () => (await import('./standalone-backup.ts')).standaloneBackup,
    },
    'login-link': {
      summary: 'Make another link with which the admin logs in once',
      load: async () => (await import('./standalone-login-link.ts')).standaloneLoginLink,
    },
    restore: {
      summary: 'Make the control plane of a backup',
      load: async () => (await import('./standalone-restore.ts')).standaloneRestore,
    },
  },
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  if (!values.data) throw new UsageError('--data must name a folder');
  const level = readLevel(values['log-level']);
  requireFacade(values);
  const facade = readFacadeFlags(values);
  const port = readPort('port', values.port);
  const facadePort = values['facade-port'] ? readPort('facade-port', values['facade-port']) : defaultFacadePort(port);
  const dataDir = resolve(values.data);
  const kubeconfigPath = resolve(values.kubeconfig ?? `${dataDir}/kubeconfig`);
  await makeFolder(dataDir);
  await makeFolder(dirname(kubeconfigPath));

  const start = async () =>
    startStandalone({
      dataDir,
      port,
      facadePort,
      ...facade,
      kubeconfigPath,
      crds: shippedCrds(),
      access: shippedAccess(),
      agentCommand: values.agent ? agentCommand() : undefined,
      agentPackage: values['api-server-only'] ? undefined : await loadAgentPackage(dataDir),
      apiServerOnly: values['api-server-only'],
      env: io.env,
      clock: systemClock,
      log: createLogger({ name: 'nanny', level, destination: io.stderr }),
    });
  const running = await withoutOptimizing(start);
  io.stdout.write(readyText(running, { dataDir, kubeconfigPath, isTerminal: isTerminal(io.stdout) }));
  try {
    await Promise.race([running.failed, aborted(io.signal)]);
  } finally {
    await running.close();
  }
  return 0;
}

function requireFacade(values: Readonly<Record<string, unknown>>): void {
  if (values['api-server-only'] !== true) return;
  for (const flag of ['agent', ...Object.keys(FACADE_FLAGS)])
    if (values[flag] !== undefined && values[flag] !== false)
      throw new UsageError(`--${flag} needs the facade: drop --api-server-only`);
}

/** Loaded only with the facade, of which it is a part: the API server alone takes half the memory. */
async function loadAgentPackage(dataDir: string): Promise<AgentPackage> {
  return (await import('./agent-package.ts')).agentPackage(dataDir);
}

function readLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === value);
  if (!level) throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not '${value}'`);
  return level;
}

function defaultFacadePort(port: number): number {
  if (port === 0) return 0;
  if (port === 65_535) throw new UsageError('--port 65535 leaves no N+1 for the facade: give --facade-port');
  return port + 1;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
