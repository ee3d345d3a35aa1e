/**
 * The operator as a process of its own, as it runs in a cluster. Exit status: 0 after SIGTERM or SIGINT, else 1.
 *
 * With the argument `uninstall` it prepares the cluster for life without an operator, and ends with 0 when that is done.
 */
import { hostname } from 'node:os';
import {
  CodedError,
  createLogger,
  errorCode,
  errorMessage,
  systemClock,
  type Logger,
  type LogLevel,
} from '@nannyapi/process';
import { runOperatorProcess } from './operator-process.ts';
import { loadOperatorProcessConfig } from './process-config.ts';
import { loadUninstallConfig } from './uninstall/uninstall-config.ts';
import { runUninstall } from './uninstall/uninstall.ts';

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(new Error(name)));

const [verb] = process.argv.slice(2);
try {
  if (verb === undefined) await operate();
  else if (verb === 'uninstall') await uninstall();
  else throw new CodedError({ code: 'Usage', message: `Unknown argument: ${verb}; uninstall or none`, status: 400 });
} catch (error) {
  const code = errorCode(error);
  process.stderr.write(`nannyapi-operator: ${errorMessage(error)}${code === undefined ? '' : ` [${code}]`}\n`);
  process.exitCode = 1;
}
// What was left behind, an abandoned pass perhaps, must not keep a process alive that has given up its lease.
process.exit();

async function operate(): Promise<void> {
  const config = loadOperatorProcessConfig(process.env);
  const log = logAt(config.NANNYAPI_OPERATOR_LOG_LEVEL);
  await runOperatorProcess({ config, env: process.env, hostname: hostname(), clock: systemClock, log }, stop.signal);
}

async function uninstall(): Promise<void> {
  const config = loadUninstallConfig(process.env);
  const log = logAt(config.NANNYAPI_OPERATOR_LOG_LEVEL);
  await runUninstall({ config, env: process.env, clock: systemClock, log }, stop.signal);
}

function logAt(level: LogLevel): Logger {
  return createLogger({ name: 'nannyapi-operator', level, destination: process.stderr });
}
