/** The facade as a process of its own, as it runs in a cluster. Exit status: 0 after SIGTERM or SIGINT, else 1. */
import { createLogger, errorCode, errorMessage, systemClock } from '@nannyapi/process';
import { runApiProcess } from './api-process.ts';
import { loadApiProcessConfig } from './process-config.ts';

declare global {
  // The bundler puts the version of package.json in its place.
  var NANNYAPI_VERSION: string | undefined;
}

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(new Error(name)));

try {
  const config = loadApiProcessConfig(process.env);
  const log = createLogger({
    name: 'nannyapi-api',
    level: config.NANNYAPI_API_LOG_LEVEL,
    destination: process.stderr,
  });
  const { execPath: nodePath, arch } = process;
  const program = { nodePath, arch, version: globalThis.NANNYAPI_VERSION ?? '0.0.0-source' };
  await runApiProcess({ config, env: process.env, clock: systemClock, log, program }, stop.signal);
} catch (error) {
  const code = errorCode(error);
  process.stderr.write(`nannyapi-api: ${errorMessage(error)}${code === undefined ? '' : ` [${code}]`}\n`);
  process.exitCode = 1;
}
// What was left behind must not keep a process alive that serves nobody any more.
process.exit();
