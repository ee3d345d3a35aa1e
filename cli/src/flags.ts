import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from './verb.ts';

/** Reads flags strictly: an unknown flag or a stray word is a {@link UsageError}. */
export function readFlags<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  words = 0,
): ReturnType<typeof parse<T>> {
  const parsed = parse(args, options);
  if (parsed.positionals.length > words) throw new UsageError(`unexpected word '${parsed.positionals[words]}'`);
  return parsed;
}

function parse<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node goes on about words that start with a dash; its first sentence says what is wrong.
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(problem, { cause: error });
  }
}

/**
 * A TCP port from a flag.
 *
 * @throws UsageError that names the flag and what is allowed
 */
export function readPort(flag: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535))
    throw new UsageError(`--${flag} must be a port from 0 (any free one) to 65535, not '${value}'`);
  return port;
}

/**
 * A whole number from 1 to `max` from a flag.
 *
 * @throws UsageError that names the flag and what is allowed
 */
export function readCount(flag: string, value: string, max: number): number {
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > max)
    throw new UsageError(`--${flag} must be a whole number from 1 to ${max}, not '${value}'`);
  return count;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/**
 * A time like `30m`, `12h` or `7d` from a flag, in seconds.
 *
 * @throws UsageError that names the flag and what is allowed
 */
export function readDurationSeconds(flag: string, value: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? 0);
  if (seconds === 0) throw new UsageError(`--${flag} must be a time like 30m, 12h or 7d, not '${value}'`);
  return seconds;
}

/**
 * What is asked about a host, from `--prompt`.
 *
 * @throws UsageError for one that the kind would refuse
 */
export function readPrompt(value: string): string {
  const length = Array.from(value).length;
  if (length < 10 || length > 4000) throw new UsageError(`--prompt must have 10 to 4000 characters, not ${length}`);
  return value;
}

/** How a result is printed, from `--output`. @throws UsageError */
export function readOutput(value: string): 'text' | 'json' {
  if (value !== 'text' && value !== 'json') throw new UsageError(`--output must be text or json, not '${value}'`);
  return value;
}
