import { AGENT_PATHS, validateClaimResponse, validateHeartbeatResponse } from '@nannyapi/protocol';
import type {
  ClaimRequest,
  ClaimResponse,
  Heartbeat,
  HeartbeatResponse,
  Progress,
  TaskResult,
} from '@nannyapi/protocol';
import { CodedError, type Clock } from '@nannyapi/process';
import { BackOff } from './back-off.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';

const BACK_OFF = { firstMs: 200, maxMs: 10_000 };

/** One chunk's place. */
export interface ChunkAddress {
  taskUID: string;
  actionID: string;
  stream: 'stdout' | 'stderr';
  chunk: number;
}

/**
 * The calls of the agent, each safe to repeat. Claims, chunks and results are tried until there is a decision:
 * an answer of the control plane that another try would not change, or the signal.
 */
export class ControlPlane {
  readonly #http: HttpClient;
  readonly #clock: Clock;

  constructor(http: HttpClient, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** Claims a task. @throws CodedError TaskClaimedElsewhere, TaskEnded, TaskCancelled, TaskExpired or TaskNotFound. */
  async claim(taskUID: string, body: ClaimRequest, signal: AbortSignal): Promise<ClaimResponse> {
    const answer = await this.#untilDecided({ method: 'POST', path: AGENT_PATHS.claim(taskUID), body, signal });
    return checked(validateClaimResponse, answer, 'claim');
  }

  /** Sends a result. @throws CodedError TaskNotFound, TaskEnded or ValidationFailed: there is no use in sending it again. */
  async result(taskUID: string, body: TaskResult, signal: AbortSignal): Promise<void> {
    await this.#untilDecided({ method: 'POST', path: AGENT_PATHS.result(taskUID), body, signal });
  }

  /** Sends one gzip chunk. @throws CodedError OutputTooLarge, TaskNotFound or TaskEnded. */
  async output({ taskUID, actionID, stream, chunk }: ChunkAddress, body: Buffer, signal: AbortSignal): Promise<void> {
    const path = AGENT_PATHS.output(taskUID, actionID, stream, chunk);
    await this.#untilDecided({ method: 'PUT', path, body, contentType: 'application/gzip', signal });
  }

  /** Tells people who follow the run; tried once, for late news is no news. */
  async progress(taskUID: string, body: Progress, signal: AbortSignal): Promise<void> {
    await this.#http.send({ method: 'POST', path: AGENT_PATHS.progress(taskUID), body, signal });
  }

  /** Sends one heartbeat; the next one is its retry. */
  async heartbeat(body: Heartbeat, signal: AbortSignal): Promise<HeartbeatResponse> {
    const answer = await this.#http.send({ method: 'POST', path: AGENT_PATHS.heartbeat, body, signal });
    return checked(validateHeartbeatResponse, answer, 'heartbeat');
  }

  async #untilDecided(request: HttpRequest): Promise<unknown> {
    const backOff = new BackOff(BACK_OFF);
    for (;;) {
      try {
        return await this.#http.send(request);
      } catch (error) {
        if (request.signal.aborted || !isWorthAnotherTry(error)) throw error;
        await this.#clock.sleep(backOff.nextMs(), { signal: request.signal });
      }
    }
  }
}

/** Credentials not taken at the moment, by one replica perhaps; a request that took too long; too many of them. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** No answer, an overloaded or restarting server, or credentials that are not taken now: of the task itself nothing was said. */
function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof CodedError)) return false;
  return error.status === 0 || PASSING.has(error.status) || error.status >= 500;
}

function checked<T>(validate: (body: unknown) => body is T, body: unknown, what: string): T {
  if (validate(body)) return body;
  throw new CodedError({
    code: 'BadAnswer',
    message: `The answer to a ${what} has a form this agent does not know`,
    status: 0,
  });
}
