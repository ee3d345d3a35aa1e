import { hostname } from 'node:os';
import { join } from 'node:path';
import { createFacade, createTokenAuthenticator, type Facade } from '@nannyapi/api';
import { createOperator, type OperatorConfig } from '@nannyapi/operator';
import { CodedError, writeFileAtomic, makeFolder } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import type { ApiServerHandle } from '../server/start-api-server.ts';
import { keepAgentRunning } from './agent-child.ts';
import { ensureAgentToken, tokenDigest } from './agent-token.ts';
import { agentNameOf, ensureLocalAgent, LOCAL_NAMESPACE } from './local-agent.ts';
import type { Parts } from './parts.ts';
import type { StandaloneOptions } from './standalone.ts';

export { loadOperatorConfig } from '@nannyapi/operator';

/** What the control plane is built on. */
export interface ControlPlaneDeps {
  apiServer: ApiServerHandle;
  operatorConfig: OperatorConfig;
  parts: Parts;
  stop: AbortSignal;
}

/** Starts facade and operator beside a running API server and, if asked, the agent of this machine. */
export async function startControlPlane(
  options: StandaloneOptions,
  deps: ControlPlaneDeps,
): Promise<{ facadeUrl: string; agentName?: string }> {
  const { clock, log } = options;
  const { apiServer, parts, stop } = deps;
  const registry = new Registry();
  const client = createKubeClient({
    server: { url: apiServer.url, caPem: apiServer.caPem, token: apiServer.adminToken },
    userAgent: 'nannyapi-standalone',
    log: log.child({ component: 'client' }),
    registry,
  });
  parts.onClose(() => client.close());

  const agentName = agentNameOf(hostname());
  const agentDir = join(options.dataDir, 'agent');
  await makeFolder(agentDir);
  const agentToken = await ensureAgentToken(join(agentDir, 'token'));
  const facade = createFacade({
    client,
    clock,
    log: log.child({ component: 'facade' }),
    registry,
    authenticator: createTokenAuthenticator([
      { sha256: tokenDigest(apiServer.adminToken), principal: { kind: 'user', name: 'admin', groups: [] } },
      { sha256: tokenDigest(agentToken), principal: { kind: 'agent', namespace: LOCAL_NAMESPACE, name: agentName } },
    ]),
    config: {
      host: '127.0.0.1',
      port: options.facadePort,
      tls: await apiServer.issueServerCertificate(['localhost', '127.0.0.1']),
    },
  });
  await startFacade(facade, options.facadePort, stop);
  parts.onClose(() => facade.close());

  const operator = createOperator({
    client,
    clock,
    log: log.child({ component: 'operator' }),
    registry,
    config: deps.operatorConfig,
  });
  parts.run('operator', operator.start(stop));

  const facadeUrl = facade.address();
  if (!options.agentCommand) return { facadeUrl };
  await startAgent(options, { client, agentName, agentDir, facadeUrl, caPem: apiServer.caPem }, deps);
  return { facadeUrl, agentName };
}

async function startFacade(facade: Facade, port: number, signal: AbortSignal): Promise<void> {
  try {
    await facade.start(signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new CodedError({
      code: 'PortInUse',
      status: 409,
      message: `port ${port} of the facade is in use on 127.0.0.1; choose another or end what listens there`,
      cause: error,
    });
  }
}

interface AgentSeat {
  client: KubeClient;
  agentName: string;
  agentDir: string;
  facadeUrl: string;
  caPem: string;
}

async function startAgent(
  options: StandaloneOptions,
  seat: AgentSeat,
  { parts, stop }: ControlPlaneDeps,
): Promise<void> {
  await ensureLocalAgent(seat.client, seat.agentName, stop);
  const caFile = join(seat.agentDir, 'ca.crt');
  await writeFileAtomic(caFile, seat.caPem, { mode: 0o600 });
  parts.run(
    'agent',
    keepAgentRunning(
      {
        command: options.agentCommand ?? [],
        url: seat.facadeUrl,
        caFile,
        tokenFile: join(seat.agentDir, 'token'),
        stateDir: join(seat.agentDir, 'state'),
        environment: agentEnvironment(options.env),
        logPath: options.agentLogPath,
      },
      { clock: options.clock, log: options.log.child({ component: 'agent' }), signal: stop },
    ),
  );
}

/** What the launcher and the agent use of the environment: the search path for tools, and the agent's own settings. */
function agentEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const isWanted = (name: string): boolean =>
    ['HOME', 'LANG', 'PATH', 'TMPDIR'].includes(name) || name.startsWith('NANNYAPI_AGENT_');
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => isWanted(entry[0]) && entry[1] !== undefined),
  );
}
