import type { IncomingMessage } from 'node:http';
import { AGENT_PATHS, validateCancel, validateHello, validateTask } from '@nannyapi/protocol';
import type { Cancel, Hello, Task } from '@nannyapi/protocol';
import { CodedError, errorCode, withDeadline, type Clock, type Logger } from '@nannyapi/process';
import { BackOff } from './back-off.ts';
import type { HttpClient } from './http-client.ts';
import { SseParser, type ServerSentEvent } from './sse.ts';

/** Who hears what the control plane sends. Handlers must not block. */
export interface StreamListener {
  onHello(hello: Hello): void;
  /** The stream broke, or could not be opened. */
  onLost(): void;
  onTask(task: Task): void;
  onCancel(cancel: Cancel): void;
}

/** What a stream needs. */
export interface TaskStreamDeps {
  http: HttpClient;
  clock: Clock;
  log: Logger;
  listener: StreamListener;
}

/** A stream that is silent for longer is dead, whatever TCP says; the control plane pings far more often. */
const SILENCE_MS = 60_000;
const BACK_OFF = { firstMs: 250, maxMs: 15_000 };

/**
 * Holds the stream of tasks open until the signal aborts: connects, reads, connects again with growing delays.
 *
 * Nothing is missed in between: every connect begins with all open tasks.
 */
export async function holdTaskStream(deps: TaskStreamDeps, signal: AbortSignal): Promise<void> {
  const backOff = new BackOff(BACK_OFF);
  let isTold = false;
  while (!signal.aborted) {
    try {
      await readStream(deps, signal, () => {
        backOff.reset();
        isTold = false;
      });
    } catch (error) {
      deps.listener.onLost();
      if (signal.aborted) return;
      const delayMs = backOff.nextMs();
      const fields = { code: errorCode(error), reason: messageOf(error), delayMs };
      // One warning per loss; a control plane that is away for an hour must not fill the log.
      if (isTold) deps.log.debug(fields, 'Still not connected');
      else deps.log.warn(fields, 'Not connected to the control plane, trying again');
      isTold = true;
      await deps.clock.sleep(delayMs, { signal }).catch(() => undefined);
    }
  }
}

async function readStream(deps: TaskStreamDeps, signal: AbortSignal, onAlive: () => void): Promise<void> {
  const response = await deps.http.stream(AGENT_PATHS.stream, signal);
  const parser = new SseParser();
  const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextWithin(chunks, { response, clock: deps.clock, signal });
      if (next === undefined)
        throw new CodedError({ code: 'StreamEnded', message: 'The control plane closed the stream' });
      for (const event of parser.push(next)) if (take(deps, event)) onAlive();
    }
  } finally {
    response.destroy();
  }
}

async function nextWithin(
  chunks: AsyncIterator<Buffer>,
  { response, clock, signal }: { response: IncomingMessage; clock: Clock; signal: AbortSignal },
): Promise<Buffer | undefined> {
  using deadline = withDeadline(SILENCE_MS, { signal, clock });
  const onAbort = (): void => void response.destroy(deadline.signal.reason as Error);
  if (deadline.signal.aborted) onAbort();
  deadline.signal.addEventListener('abort', onAbort, { once: true });
  const next = await chunks.next();
  return next.done === true ? undefined : next.value;
}

/** @returns true for a greeting, which proves that the stream works. */
function take({ listener, log }: TaskStreamDeps, event: ServerSentEvent): boolean {
  const body = parse(event.data);
  if (event.event === 'ping') return false;
  if (event.event === 'hello' && validateHello(body)) {
    listener.onHello(body);
    return true;
  }
  if (event.event === 'task' && validateTask(body)) listener.onTask(body);
  else if (event.event === 'cancel' && validateCancel(body)) listener.onCancel(body);
  else
    log.warn(
      { event: event.event, issues: issuesOf(event.event) },
      'Ignored an event of a form this agent does not know',
    );
  return false;
}

function issuesOf(event: string): string[] {
  const validator = { hello: validateHello, task: validateTask, cancel: validateCancel }[event];
  return (validator?.errors ?? []).slice(0, 3).map((issue) => `${issue.instancePath} ${issue.message ?? ''}`);
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // No validator takes undefined, so it is told as an unknown form.
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
