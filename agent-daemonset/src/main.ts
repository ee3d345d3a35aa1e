import process from 'node:process';
import { POLICY_HASH, checkArgv, checkResolvedPath, checkTrace, commandCatalogue } from '@nannyapi/protocol';
import { CodedError, Shutdown, createLogger, errorCode, errorMessage, systemClock } from '@nannyapi/process';
import { runAgent } from './agent.ts';
import { USAGE, type AgentConfig } from './config.ts';
import { enroll } from './enrollment/enroll.ts';
import { logout } from './enrollment/logout.ts';
import { describeStatus, exitCodeOf, readStatus } from './enrollment/status.ts';
import { readHostFacts } from './host/facts.ts';
import { createSignaller } from './host/signaller.ts';
import { OAuthRefusal } from './identity/oauth-client.ts';
import { readInvocation, type Invocation } from './invocation.ts';
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
const print = (line: string): void => void process.stdout.write(line);

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
    return EXIT_CODES[errorCode(error) ?? ''] ?? 1;
  } finally {
    // A parent that lives on holds the pipe open, and an open pipe would hold this process.
    process.stdin.off('close', onParentGone).destroy();
  }
  await shutdown.begin('done');
  return 0;
}

/** A verb that is over soon; Ctrl-C ends it. */
async function runShortVerb(invocation: Exclude<Invocation, { verb: 'run' | 'help' }>): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => stop.abort(new CodedError({ code: 'Interrupted', message: `Ended by ${name}` })));
  }
  const deps = { clock: systemClock, signal: stop.signal, print };
  switch (invocation.verb) {
    case 'enroll': {
      const { text } = await import('node:stream/consumers');
      const readStdin = async (): Promise<string> => text(process.stdin);
      const { config } = invocation;
      const { agent } = await enroll({ ...deps, config, facts: await readHostFacts(), readStdin });
      print(`Enrolled as ${agent.namespace}/${agent.name}. Now let it run: nanny-agent run, or its service.\n`);
      return 0;
    }
    case 'status': {
      const status = await readStatus({ ...deps, config: invocation.config });
      print(invocation.isJson ? `${JSON.stringify(status, undefined, 2)}\n` : describeStatus(status));
      return exitCodeOf(status);
    }
    case 'logout': {
      await logout({ ...deps, config: invocation.config });
      return 0;
    }
    case 'probe':
      break;
  }
  print(`${JSON.stringify(await probeHost({ policy, signaller, self }, invocation), undefined, 2)}\n`);
  return 0;
}

/** What scripts are told; 2 is for what a person typed wrong. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  AlreadyEnrolled: 3,
  NotEnrolled: 3,
  ConnectionFailed: 4,
  ServerUnavailable: 4,
  BadAnswer: 4,
  NotRevoked: 4,
  EnrollmentDenied: 5,
  EnrollmentExpired: 5,
  FingerprintMismatch: 5,
  Interrupted: 130,
};

async function main(): Promise<number> {
  try {
    const invocation = readInvocation(process.argv.slice(2), process.env);
    if (invocation.verb === 'run') return await run(invocation.config);
    if (invocation.verb !== 'help') return await runShortVerb(invocation);
    print(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`nanny-agent: ${errorMessage(error)}\n`);
    if (error instanceof CodedError && error.code === 'Usage') process.stderr.write(USAGE);
    if (error instanceof OAuthRefusal) return 5;
    return EXIT_CODES[errorCode(error) ?? ''] ?? 2;
  }
}

process.exitCode = await main();
