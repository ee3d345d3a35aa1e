/** The operator as a process of its own, as it runs in a cluster. Exit status: 0 after SIGTERM or SIGINT, else 1. */
import { hostname } from 'node:os';
import { createLogger, errorCode, errorMessage, systemClock } from '@nannyapi/process';
import { runOperatorProcess } from './operator-process.ts';
import { loadOperatorProcessConfig } from './process-config.ts';

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(new Error(name)));

try {
  const config = loadOperatorProcessConfig(process.env);
  const log = createLogger({
    name: 'nannyapi-operator',
    level: config.NANNYAPI_OPERATOR_LOG_LEVEL,
    destination: process.stderr,
  });
  await runOperatorProcess({ config, env: process.env, hostname: hostname(), clock: systemClock, log }, stop.signal);
} catch (error) {
  const code = errorCode(error);
  process.stderr.write(`nannyapi-operator: ${errorMessage(error)}${code === undefined ? '' : ` [${code}]`}\n`);
  process.exitCode = 1;
}
// What was left behind, an abandoned pass perhaps, must not keep a process alive that has given up its lease.
process.exit();
