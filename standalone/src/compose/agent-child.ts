import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Clock, Logger } from '@nannyapi/process';

/** How to start the local agent. */
export interface AgentCommand {
  /** Program and leading arguments, e.g. `['agent-daemonset/bin/nanny-agent']`. */
  command: readonly string[];
  /** Facade address. */
  url: string;
  caFile: string;
  tokenFile: string;
  /** The agent's own folder: its journal lives there. */
  stateDir: string;
  /** All that it gets of the environment: the control plane's own may hold the key of a model. */
  environment: Readonly<Record<string, string>>;
  /** Where its log is appended; absent: to this process's own standard error. */
  logPath?: string | undefined;
}

const FIRST_RESTART_MS = 250;
const LAST_RESTART_MS = 30_000;
/** An agent that ran this long is healthy again: its next restart is quick. */
const HEALTHY_MS = 60_000;
/** A stopping agent ends what it runs and reports; then it is killed. */
const STOP_MS = 10_000;

/**
 * Keeps the local agent running: a child process of its own, with its own token and journal.
 *
 * The agent's standard input is a pipe that ends when this process dies, whichever way; the agent then ends too, so
 * a killed control plane leaves no agent behind that would meet its successor's.
 */
export async function keepAgentRunning(
  agent: AgentCommand,
  deps: { clock: Clock; log: Logger; signal: AbortSignal },
): Promise<void> {
  const { clock, log, signal } = deps;
  let delayMs = FIRST_RESTART_MS;
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs();
    const child = start(agent);
    log.info({ pid: child.pid }, 'Started agent');
    const ended = await runToEnd(child, signal);
    if (signal.aborted) return;
    if (clock.monotonicMs() - startedMs > HEALTHY_MS) delayMs = FIRST_RESTART_MS;
    log.warn({ ...ended, restartMs: delayMs }, 'Agent ended; starting it again');
    await clock.sleep(delayMs, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    delayMs = Math.min(delayMs * 2, LAST_RESTART_MS);
  }
}

function start(agent: AgentCommand): ChildProcess {
  const [program = '', ...leading] = agent.command;
  const log = agent.logPath === undefined ? undefined : openSync(agent.logPath, 'a', 0o600);
  const logTarget = log ?? 'inherit';
  const child = spawn(
    program,
    [
      ...leading,
      'run',
      '--url',
      agent.url,
      '--ca-file',
      agent.caFile,
      '--token-file',
      agent.tokenFile,
      '--state-dir',
      agent.stateDir,
      '--exit-with-stdin',
    ],
    { stdio: ['pipe', logTarget, logTarget], env: agent.environment },
  );
  // The child holds its own copy.
  if (log !== undefined) closeSync(log);
  return child;
}

async function runToEnd(
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ exitCode?: number | null; exitSignal?: string | null; error?: string }> {
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [exitCode, exitSignal] = (await once(child, 'exit')) as [number | null, string | null];
    return { exitCode, exitSignal };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
