import { hostname } from 'node:os';
import { join } from 'node:path';
import { createOperator, loadOperatorConfig, type OperatorConfig } from '@nannyapi/operator';
import { writeFileAtomic, makeFolder } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import type { ApiServerHandle } from '../server/start-api-server.ts';
import { applyAccess, partUser, RELEASE_NAMESPACE, type ControlPlanePart } from './access.ts';
import { keepAgentRunning } from './agent-child.ts';
import { ensureAgentToken } from './agent-token.ts';
import { agentNameOf, ensureLocalAgent } from './local-agent.ts';
import type { Parts } from './parts.ts';
import type { StandaloneOptions } from './standalone.ts';
import { startFacade } from './start-facade.ts';

/** Reads the operator's settings; its namespace is not one of them here. @throws CodedError `InvalidConfig`. */
export function readOperatorConfig(env: StandaloneOptions['env']): OperatorConfig {
  return loadOperatorConfig({ ...env, NANNYAPI_NAMESPACE: RELEASE_NAMESPACE });
}

/** What the control plane is built on. */
export interface ControlPlaneDeps {
  apiServer: ApiServerHandle;
  operatorConfig: OperatorConfig;
  parts: Parts;
  stop: AbortSignal;
}

/** What else a control plane tells of itself. */
export interface ControlPlane {
  /** Where this machine reaches the facade, with a certificate of our own authority. */
  facadeUrl: string;
  /** Where people and hosts reach it. */
  publicURL: URL;
  /** Makes a link with which the admin of the machine logs in once. */
  issueLoginLink: () => URL;
  /** What is typed on another host, as root, to install its agent and enrol it. */
  installCommand: string;
  agentName?: string;
}

/**
 * Starts facade and operator beside a running API server and, if asked, the agent of this machine.
 *
 * Both have rights of their own, those that they would have on a cluster; those of the admin put them in place and are
 * not used any more.
 */
export async function startControlPlane(options: StandaloneOptions, deps: ControlPlaneDeps): Promise<ControlPlane> {
  const { apiServer, parts, stop } = deps;
  const registry = new Registry();
  const admin = clientOf(options, deps, { token: apiServer.adminToken, registry });
  await applyAccess(admin, options.access, stop);
  const clientOfPart = (part: ControlPlanePart): KubeClient =>
    clientOf(options, deps, { token: apiServer.issueToken(partUser(part)), registry });

  const localAgent = await openAgentSeat(options);
  const { localURL, publicURL, loginLinks, installCommand } = await startFacade(options, {
    ...deps,
    client: clientOfPart('nannyapi-api'),
    registry,
    localAgent,
  });
  const operator = createOperator({
    client: clientOfPart('nannyapi-operator'),
    clock: options.clock,
    log: options.log.child({ component: 'operator' }),
    registry,
    config: deps.operatorConfig,
  });
  parts.run('operator', operator.start(stop));

  const issueLoginLink = () => loginLinks.issue();
  const running: ControlPlane = { facadeUrl: localURL, publicURL, issueLoginLink, installCommand };
  if (!options.agentCommand) return running;
  await ensureLocalAgent(admin, localAgent.name, stop);
  await startAgent(options, { ...localAgent, facadeUrl: localURL }, deps);
  return { ...running, agentName: localAgent.name };
}

function clientOf(
  { log }: StandaloneOptions,
  { apiServer, parts }: ControlPlaneDeps,
  { token, registry }: { token: string; registry: Registry },
): KubeClient {
  const client = createKubeClient({
    server: { url: apiServer.url, caPem: apiServer.caPem, token },
    userAgent: 'nannyapi-standalone',
    log: log.child({ component: 'client' }),
    registry,
  });
  parts.onClose(() => client.close());
  return client;
}

/** The local agent's place: its folder, its name, and the token by which the facade knows it. */
interface AgentSeat {
  name: string;
  folder: string;
  token: string;
}

async function openAgentSeat({ dataDir }: StandaloneOptions): Promise<AgentSeat> {
  const folder = join(dataDir, 'agent');
  await makeFolder(folder);
  return { name: agentNameOf(hostname()), folder, token: await ensureAgentToken(join(folder, 'token')) };
}

async function startAgent(
  options: StandaloneOptions,
  { folder, facadeUrl }: AgentSeat & { facadeUrl: string },
  { apiServer, parts, stop }: ControlPlaneDeps,
): Promise<void> {
  const caFile = join(folder, 'ca.crt');
  await writeFileAtomic(caFile, apiServer.caPem, { mode: 0o600 });
  parts.run(
    'agent',
    keepAgentRunning(
      {
        command: options.agentCommand ?? [],
        url: facadeUrl,
        caFile,
        tokenFile: join(folder, 'token'),
        stateDir: join(folder, 'state'),
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
