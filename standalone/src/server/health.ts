import type { ServerResponse } from 'node:http';
import { sendText } from '../request/answer.ts';

/** One thing that health depends on. */
export interface HealthCheck {
  name: string;
  /** Why it fails; undefined while it does not. */
  findFault: () => string | undefined;
}

/** The checks of each health endpoint, by its first path segment. */
export type HealthChecks = Readonly<Record<'healthz' | 'livez' | 'readyz', readonly HealthCheck[]>>;

/** A check that passes as long as the server answers at all. */
export const PING: HealthCheck = { name: 'ping', findFault: () => undefined };

/**
 * Answers `/healthz`, `/livez`, `/readyz` and one check below them; `?verbose` tells each check, `?exclude=` leaves one
 * out. Whoever asks need not be known, so a fault is told by name only.
 *
 * Reference: "Kubernetes API health endpoints".
 *
 * @returns false when the path is no health endpoint.
 */
export function answerHealth(
  checks: HealthChecks,
  wanted: { path: string; query: URLSearchParams },
  response: ServerResponse,
): boolean {
  const [endpoint = '', name, ...tooMuch] = wanted.path.slice(1).split('/');
  if (!isEndpoint(endpoint) || tooMuch.length > 0) return false;
  if (name === undefined) {
    answerAll(endpoint, { checks: checks[endpoint], query: wanted.query }, response);
    return true;
  }
  const check = checks[endpoint].find((candidate) => candidate.name === name);
  if (check === undefined) return false;
  const isFine = check.findFault() === undefined;
  sendText(response, isFine ? 200 : 500, isFine ? 'ok' : `internal server error: ${name} check failed\n`);
  return true;
}

function isEndpoint(text: string): text is keyof HealthChecks {
  return text === 'healthz' || text === 'livez' || text === 'readyz';
}

function answerAll(
  endpoint: string,
  { checks, query }: { checks: readonly HealthCheck[]; query: URLSearchParams },
  response: ServerResponse,
): void {
  const excluded = new Set(query.getAll('exclude').flatMap((value) => value.split(',')));
  const lines: string[] = [];
  let hasFailed = false;
  for (const { name, findFault } of checks) {
    const isExcluded = excluded.delete(name);
    const hasFault = !isExcluded && findFault() !== undefined;
    hasFailed ||= hasFault;
    lines.push(
      isExcluded ? `[+]${name} excluded: ok` : hasFault ? `[-]${name} failed: reason withheld` : `[+]${name} ok`,
    );
  }
  const unknown = [...excluded].filter((name) => name !== '').map((name) => JSON.stringify(name));
  if (unknown.length > 0) {
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(', ')}`);
  }
  const isShort = !hasFailed && !query.has('verbose');
  lines.push(`${endpoint} check ${hasFailed ? 'failed' : 'passed'}`, '');
  sendText(response, hasFailed ? 500 : 200, isShort ? 'ok' : lines.join('\n'));
}
