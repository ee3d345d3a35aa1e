import { isIP } from 'node:net';
import { readPort } from './flags.ts';
import { UsageError } from './verb.ts';

/** An address to serve; without a port it is the facade's. */
export interface ListenFlag {
  host: string;
  port?: number | undefined;
}

/**
 * The addresses of `--listen`: IP addresses with commas between, each with a port if wanted.
 *
 * Names are refused: which of their addresses is meant, and when it changes, nobody could tell.
 *
 * @throws UsageError that names the one that cannot be read
 */
export function readListen(text: string): ListenFlag[] {
  return text.split(',').map((part) => readAddress(part.trim()));
}

function readAddress(text: string): ListenFlag {
  // An IPv6 address has colons of its own: with a port it stands in brackets.
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const host = isIP(text) === 6 ? text : (bracketed ?? plain ?? '');
  const isRight = bracketed === undefined ? isIP(host) !== 0 : isIP(host) === 6;
  if (!isRight)
    throw new UsageError(
      `--listen takes IP addresses like 192.0.2.7, 192.0.2.7:443, [2001:db8::7]:443 or 0.0.0.0 (all), not '${text}'`,
    );
  return port === undefined ? { host } : { host, port: readPort('listen', port) };
}
