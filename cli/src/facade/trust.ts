import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorMessage } from '@nannyapi/process';
import { Agent, fetch } from 'undici';
import { UsageError } from '../verb.ts';
import { facadeError } from './facade-error.ts';

/** Largest certificate authority that is read, in bytes; ours has 600. */
const MAX_CA_BYTES = 64 * 1024;
const FETCH_MS = 15_000;

/** By what a person says whom to trust. */
export interface TrustFlags {
  caFile?: string | undefined;
  /** SHA-256 of the file `/ca.crt` of the facade, 64 hex digits; colons and case do not matter. */
  caFingerprint?: string | undefined;
}

/**
 * The authority to trust at a facade; `undefined` for those of the system.
 *
 * With a fingerprint the authority is fetched from the facade itself, unproved, and taken only if it is the one that the
 * fingerprint names: the fingerprint came by a way that is trusted, such as the terminal of the control plane.
 *
 * @throws UsageError; CodedError `AuthorityDiffers` when another one is shown, `FacadeUnreachable`.
 */
export async function authorityFor(url: URL, flags: TrustFlags, signal: AbortSignal): Promise<string | undefined> {
  if (flags.caFile !== undefined && flags.caFingerprint !== undefined)
    throw new UsageError('give either --ca-file or --ca-fingerprint');
  if (flags.caFile !== undefined) return readAuthority(flags.caFile);
  if (flags.caFingerprint === undefined) return undefined;
  const wanted = parseFingerprint(flags.caFingerprint);
  const shown = await fetchAuthority(url, signal);
  if (timingSafeEqual(createHash('sha256').update(shown).digest(), wanted)) return shown;
  throw facadeError(
    'AuthorityDiffers',
    `${url.origin} shows another certificate authority than the one of --ca-fingerprint. Somebody may be in between: nothing was sent`,
  );
}

async function readAuthority(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  try {
    // Else the first request would tell of a TLS failure, and nobody would think of the file.
    void new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new UsageError(`--ca-file ${path} is no PEM certificate: ${errorMessage(cause)}`, { cause });
  }
}

function parseFingerprint(text: string): Buffer {
  const digits = text.replace(/^sha256:/i, '').replaceAll(':', '');
  if (!/^[0-9a-f]{64}$/i.test(digits))
    throw new UsageError('--ca-fingerprint must be 64 hex digits, the SHA-256 of the file ca.crt');
  return Buffer.from(digits, 'hex');
}

async function fetchAuthority(url: URL, signal: AbortSignal): Promise<string> {
  // Whoever answers is not believed: the fingerprint decides about what is answered.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, maxResponseSize: MAX_CA_BYTES });
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
    const response = await fetch(new URL('/ca.crt', url), { dispatcher, signal: deadline, redirect: 'error' });
    if (!response.ok) throw new Error(`it answered ${response.status} for /ca.crt`);
    return await response.text();
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const message = `${url.origin} cannot be reached: ${errorMessage(why)}`;
    throw facadeError('FacadeUnreachable', message, cause);
  } finally {
    await dispatcher.destroy();
  }
}
