import { X509Certificate, createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { CodedError, withDeadline, type Clock } from '@nannyapi/process';
import { isProxied, type ProxyRule } from '../connection/proxy-rule.ts';
import { readBytes } from '../connection/read-answer.ts';
import { TunnelAgent } from '../connection/tunnel-agent.ts';

const DEADLINE_MS = 20_000;
/** A bundle of certificates is some kilobytes. */
const MAX_BYTES = 256 * 1024;

/** Where a control plane serves the certificates that its own is signed by. */
export const CA_PATH = '/ca.crt';

/** How a control plane is known before its certificate is. */
export interface FetchCaOptions {
  url: URL;
  /** SHA-256 of the file, 64 hexadecimal digits in lower case. */
  fingerprint: string;
  proxy: ProxyRule | undefined;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Fetches a control plane's CA over a connection that is not trusted, which its fingerprint makes good.
 *
 * @returns certificates in PEM; nothing else is to be trusted then.
 * @throws CodedError `FingerprintMismatch` for any other file; `ConnectionFailed` when there is no answer.
 */
export async function fetchCa({ url, fingerprint, proxy, clock, signal }: FetchCaOptions): Promise<string> {
  using deadline = withDeadline(DEADLINE_MS, { signal, clock });
  const target = new URL(CA_PATH, url);
  const options = { rejectUnauthorized: false, keepAlive: false };
  const agent = proxy && isProxied(proxy, target) ? new TunnelAgent(proxy.proxy, options) : new Agent(options);
  const response = await get(target, agent, deadline.signal);
  if (response.statusCode !== 200) {
    response.destroy();
    throw unreachable(`${target.href} answered ${response.statusCode ?? 0}`);
  }
  return checkCa(await readBytes(response, MAX_BYTES), fingerprint);
}

/** Takes a file for what its fingerprint says. @throws CodedError `FingerprintMismatch`, `InvalidCertificate`. */
export function checkCa(bytes: Uint8Array, fingerprint: string): string {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== fingerprint) {
    throw new CodedError({
      code: 'FingerprintMismatch',
      message: `The CA of this control plane has the fingerprint ${found}, not ${fingerprint}: it is another one, or someone is in between`,
      status: 403,
    });
  }
  const pem = Buffer.from(bytes).toString('utf8');
  try {
    // Throws for what holds no certificate; Node itself would trust nobody then and say something else.
    void new X509Certificate(pem);
  } catch (cause) {
    throw new CodedError({ code: 'InvalidCertificate', message: 'The CA file holds no certificate in PEM', cause });
  }
  return pem;
}

async function get(url: URL, agent: HttpAgent, signal: AbortSignal): Promise<IncomingMessage> {
  const outgoing = request(url, { agent, signal });
  outgoing.end();
  try {
    const [response] = (await once(outgoing, 'response', { signal })) as [IncomingMessage];
    return response;
  } catch (cause) {
    outgoing.on('error', () => undefined);
    throw unreachable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreachable(detail: string, cause?: unknown): CodedError {
  return new CodedError({ code: 'ConnectionFailed', message: `Cannot fetch the CA: ${detail}`, status: 0, cause });
}
