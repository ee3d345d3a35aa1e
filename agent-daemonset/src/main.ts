import process from 'node:process';
import { POLICY_HASH, checkArgv, checkResolvedPath, checkTrace, commandCatalogue } from '@nannyapi/protocol';
import { CodedError, Shutdown, createLogger, errorMessage, systemClock } from '@nannyapi/process';
import { runAgent } from './agent.ts';
import { USAGE, readInvocation, type AgentConfig } from './config.ts';
import { createSignaller } from './host/signaller.ts';
import type { Policy } from './policy-port.ts';
import { probeHost } from './probe-host.ts';

const policy: Policy = {
  hash: POLICY_HASH,
  checkArgv,
  checkTrace,
  checkResolvedPath,
  commandNames: commandCatalogue.map(({ name }) => name),
};
const signaller = createSignaller((pid, signal) => process.kill(pid, signal));
const self = { pid: process.pid, isRoot: process.getuid?.() === 0, arch: process.arch };

/** Runs the agent until SIGTERM or SIGINT; then kills what runs, reports it and exits 0. */
async function run(config: AgentConfig): Promise<number> {
  const log = createLogger({ name: 'nanny-agent', level: config.logLevel });
  const shutdown = new Shutdown({ log, deadlineMs: 8_000 });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown.begin(signal));
  const abandoned = new AbortController();
  const onParentGone = (): void => {
    abandoned.abort(new CodedError({ code: 'ShuttingDown', message: 'The parent process is gone' }));
    void shutdown.begin('end of standard input');
  };
  if (config.exitWithStdin) process.stdin.resume().once('close', onParentGone);
  try {
    await runAgent({ config, policy, clock: systemClock, log, shutdown, signaller, self, abandoned: abandoned.signal });
  } catch (error) {
    log.fatal({ err: error }, 'The agent cannot go on');
    await shutdown.begin('error');
    return 1;
  } finally {
    // A parent that lives on holds the pipe open, and an open pipe would hold this process.
    process.stdin.off('close', onParentGone).destroy();
  }
  await shutdown.begin('done');
  return 0;
}

async function main(): Promise<number> {
  try {
    const invocation = readInvocation(process.argv.slice(2), process.env);
    if (invocation.verb === 'run') return await run(invocation.config);
    if (invocation.verb === 'help') process.stdout.write(USAGE);
    else
      process.stdout.write(
        `${JSON.stringify(await probeHost({ policy, signaller, self }, invocation), undefined, 2)}\n`,
      );
    return 0;
  } catch (error) {
    process.stderr.write(`nanny-agent: ${errorMessage(error)}\n`);
    if (error instanceof CodedError && error.code === 'Usage') process.stderr.write(USAGE);
    return 2;
  }
}

process.exitCode = await main();
