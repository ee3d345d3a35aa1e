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
