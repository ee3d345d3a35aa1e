import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions as PinoOptions } from 'pino';
import { redactFields } from './redact.ts';

/** A pino logger: fields first, then a constant message (`log.info({ kind, name }, 'Created task')`). */
export type Logger = PinoLogger;

/** From most to least talkative; `silent` writes nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** All values that `level` may have. */
export const LOG_LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** What a logger calls itself, what it leaves out and where it writes. */
export interface LoggerOptions {
  /** Name of the program or room. It is written as `logger`, so that `name` stays free for objects. */
  name: string;
  level: LogLevel;
  /** Default: standard output, written synchronously so that a crash loses no line. */
  destination?: DestinationStream | undefined;
}

/** A JSON logger with RFC 3339 times and level names; secrets are removed by key at any depth. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: PinoOptions = {
    level: options.level,
    base: { logger: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    // Errors are already plain when they get here; pino's own serializer would change them again.
    serializers: { err: (value: unknown) => value },
  };
  const log = options.destination ? pino(settings, options.destination) : pino(settings);
  return redactBindings(log);
}

/** pino formats the bindings of its root logger only; children inherit this `child` through their prototype. */
function redactBindings(root: Logger): Logger {
  const prototype = Object.getPrototypeOf(root) as Logger;
  root.child = function redactedChild(this: Logger, bindings, options) {
    return prototype.child.call(this, redactFields(bindings), options);
  } as Logger['child'];
  return root;
}
