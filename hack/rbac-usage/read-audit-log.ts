import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { requestOf, type AuditEvent, type Request } from './audit-event.ts';

/**
 * The requests of some users in an audit log of JSON lines.
 *
 * Logs of a run are large, and a watch that is renewed says nothing new: of requests that differ in time alone only the
 * first is kept, but every one that was refused. Torn lines at either end are passed over.
 *
 * @param fromByte where to begin, for a log that earlier runs wrote into
 * @param toByte where to end; default: where the log ends
 */
export async function readAuditLog(
  path: string,
  { users, fromByte = 0, toByte }: { users: readonly string[]; fromByte?: number; toByte?: number },
): Promise<Request[]> {
  const wanted = new Set(users);
  const kept = new Map<string, Request>();
  const refused: Request[] = [];
  // `end` of a stream is the last byte that is read.
  const input = createReadStream(path, { start: fromByte, ...(toByte === undefined ? {} : { end: toByte - 1 }) });
  for await (const line of createInterface({ input })) {
    if (!line.includes('system:serviceaccount:')) continue;
    const event = parse(line);
    const request = event && requestOf(event);
    if (!request || !wanted.has(request.user)) continue;
    const { time: _time, ...rest } = request;
    const key = JSON.stringify(rest);
    if (request.isForbidden) refused.push(request);
    else if (!kept.has(key)) kept.set(key, request);
  }
  return [...kept.values(), ...refused];
}

function parse(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined; // Torn: the rest of the line is elsewhere or still to come.
  }
}
