import { lstat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock, Logger, Shutdown } from '@nannyapi/process';
import type { AgentConfig } from './config.ts';
import { BearerToken } from './connection/bearer-token.ts';
import { ControlPlane } from './connection/control-plane.ts';
import { HttpClient } from './connection/http-client.ts';
import { openTransport } from './connection/open-transport.ts';
import { holdTaskStream } from './connection/task-stream.ts';
import type { Host } from './host/host.ts';
import { openHost } from './host/open-host.ts';
import type { Signaller } from './host/signaller.ts';
import { openEnrolledClient } from './identity/open-enrolled-client.ts';
import { Journal } from './journal/journal.ts';
import { StateLock } from './journal/state-lock.ts';
import { OutputSpool } from './output/spool.ts';
import type { Policy } from './policy-port.ts';
import { ProbeServer } from './probes/probe-server.ts';
import { Heart } from './reporting/heartbeat.ts';
import { ResultSender } from './reporting/result-sender.ts';
import { createCollectHandler } from './tasks/collect.ts';
import { createDiagnoseHandler } from './tasks/diagnose.ts';
import { createTaskRegistry } from './tasks/registry.ts';
import { TaskDesk } from './tasks/task-desk.ts';
import { Turns } from './tasks/turns.ts';
import { agentVersion } from './version.ts';

/** What the agent takes from its process. */
export interface AgentDeps {
  config: AgentConfig;
  policy: Policy;
  clock: Clock;
  log: Logger;
  shutdown: Shutdown;
  signaller: Signaller;
  /** Aborts when there is nobody left to report to: what is not delivered then stays in the journal. */
  abandoned: AbortSignal;
  /** The process itself: who it is, and on what. */
  self: { pid: number; isRoot: boolean; arch: string };
}

/** Runs the agent until the shutdown begins: connect, claim, journal, execute, report. */
export async function runAgent(deps: AgentDeps): Promise<void> {
  const { config, clock, log, shutdown } = deps;
  const lock = await StateLock.take(config.stateDir, deps.self.pid);
  shutdown.onDrain('state folder', async () => lock.release());
  const host = await openHostFor(deps);
  shutdown.onDrain('host', async () => host.close());
  const journal = await Journal.open(config.stateDir, clock);
  shutdown.onDrain('journal', async () => journal.close());
  const spool = new OutputSpool(config.stateDir);
  await spool.sweep(new Set(journal.openTasks().map(({ task }) => task.uid)));
  await endPredecessor(host, journal, log);

  const http = await openHttp(deps);
  shutdown.onDrain('connections', () => http.close());
  const controlPlane = new ControlPlane(http, clock);
  const delivery = new AbortController();
  deps.abandoned.addEventListener('abort', () => delivery.abort(deps.abandoned.reason), { once: true });
  const sender = new ResultSender({ journal, spool, controlPlane, log }, delivery.signal);
  shutdown.onDrain('results', async (signal) => {
    signal.addEventListener('abort', () => delivery.abort(signal.reason), { once: true });
    await sender.idle();
  });
  const registry = registryOf(deps, host, spool);
  const desk = new TaskDesk(
    { journal, spool, controlPlane, sender, registry, policyHash: deps.policy.hash, clock, log },
    shutdown.signal,
  );
  shutdown.onDrain('tasks', async (signal) => {
    signal.addEventListener('abort', () => delivery.abort(signal.reason), { once: true });
    await desk.idle();
  });
  await desk.recover();
  const link = { isConnected: false };
  if (config.probePort > 0) {
    const probes = await ProbeServer.listen(config.probePort, { isConnected: () => link.isConnected });
    shutdown.onDrain('probes', async () => probes.close());
  }
  await converse({ deps, http, controlPlane, host, desk, journal, link });
}

/** Keeps stream and heartbeat alive until the shutdown. */
async function converse(parts: {
  deps: AgentDeps;
  http: HttpClient;
  controlPlane: ControlPlane;
  host: Host;
  desk: TaskDesk;
  journal: Journal;
  link: { isConnected: boolean };
}): Promise<void> {
  const { deps, http, controlPlane, host, desk, journal, link } = parts;
  const { clock, log, policy, shutdown } = deps;
  const identity = { version: agentVersion(), policyHash: policy.hash, journalID: journal.id };
  const heart = new Heart({ controlPlane, host, clock, log, identity });
  log.info({ ...identity, url: http.url.href, name: deps.config.name }, 'Agent starts');
  const stream = holdTaskStream(
    {
      http,
      clock,
      log,
      listener: {
        onHello(hello) {
          link.isConnected = true;
          const isSamePolicy = hello.policyHash === policy.hash;
          log.info({ agent: hello.agent, isSamePolicy }, 'Connected to the control plane');
          desk.setServerTime(hello.serverTime);
          heart.beatNow(hello.heartbeatSeconds);
        },
        onLost() {
          link.isConnected = false;
        },
        onTask: (task) => desk.onTask(task),
        onCancel: (cancel) => desk.onCancel(cancel),
      },
    },
    shutdown.signal,
  );
  await Promise.all([stream, heart.run(shutdown.signal)]);
}

async function openHostFor({ config, clock, log, policy, signaller, self }: AgentDeps): Promise<Host> {
  const { pid: agentPid, isRoot, arch } = self;
  const { stateDir, sandboxAtMost, imageDir } = config;
  const tokenPaths = config.tokenFile === undefined ? [] : await secretPathsOf(resolve(config.tokenFile));
  const ownPaths = [resolve(stateDir), ...tokenPaths];
  const image = imageDir === undefined ? {} : { imageDir };
  const own = { isRoot, arch, agentPid, stateDir, ownPaths, ...image };
  const host = await openHost({ clock, policy, signaller, sandboxAtMost, ...own });
  const { tools, imageTools, ...capabilities } = await host.capabilities();
  const counts = { tools: tools?.length, imageTools: imageTools?.length ?? 0 };
  log.info({ ...capabilities, ...counts }, 'Looked at the host');
  return host;
}

/** Kubernetes replaces a token by turning a link in its folder, so there the folder is the secret. */
async function secretPathsOf(tokenFile: string): Promise<string[]> {
  const entry = await lstat(tokenFile).catch(() => undefined);
  return entry?.isSymbolicLink() ? [dirname(tokenFile)] : [tokenFile];
}

/** What the predecessor left running is ended before anything new starts. */
async function endPredecessor(host: Host, journal: Journal, log: Logger): Promise<void> {
  const running = journal.openTasks().flatMap(({ state, running: action }) => {
    if (state !== 'Started' || action?.pid === undefined || action.startTicks === undefined) return [];
    return [{ pid: action.pid, startTicks: action.startTicks }];
  });
  const ended = await host.endLeftovers(running);
  if (ended > 0) log.warn({ processes: ended }, 'Ended what a dead predecessor had left running');
}

/** With a token file the agent is who the token says, else who `enroll` made it. */
async function openHttp({ config, clock, log, shutdown }: AgentDeps): Promise<HttpClient> {
  const { url, tokenFile } = config;
  if (tokenFile === undefined || url === undefined)
    return openEnrolledClient({ config, clock, log, signal: shutdown.signal });
  const credentials = new BearerToken(tokenFile, () => clock.now());
  await credentials.read();
  return new HttpClient({ url, credentials, transport: await openTransport(config, () => clock.now()), clock });
}

function registryOf(
  { policy, clock }: AgentDeps,
  host: Host,
  spool: OutputSpool,
): ReturnType<typeof createTaskRegistry> {
  const turns = new Turns();
  return createTaskRegistry([
    createCollectHandler({ clock, spool, turns, collectorHost: (signal) => host.collectorHost(signal) }),
    createDiagnoseHandler({ policy, host, spool, turns }),
  ]);
}
