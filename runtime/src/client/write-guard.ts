import type { Dispatcher } from 'undici';
import type { Connection, ConnectionSource } from './connection.ts';

/** The right to have one write under way; disposed when its answer came or it failed. */
export interface WritePermit {
  /** Aborts the write when the right ends before its answer came. */
  readonly signal: AbortSignal;
  [Symbol.dispose](): void;
}

/** Decides, at the last moment, whether a write may leave this process. */
export interface WriteGuard {
  /** @throws KubeApiError, for example `NotLeading`, when no write may leave now; the caller of the write gets it. */
  admit(): WritePermit;
}

/**
 * Connections over the same sockets whose writes the guard must admit.
 *
 * It is asked in the instant in which a request is written to its socket, in the same turn of the event loop:
 * not when the call was made, for between the two lie credentials, a full pool and a connection that is being
 * made, and a process that was stopped meanwhile may have lost its right. Reads pass unasked.
 */
export function guardWrites(source: ConnectionSource, guard: WriteGuard): ConnectionSource {
  const guarded = new WeakMap<Dispatcher, Dispatcher>();
  const guardedOver = (dispatcher: Dispatcher): Dispatcher => {
    const present = guarded.get(dispatcher) ?? dispatcher.compose(interceptor(guard));
    guarded.set(dispatcher, present);
    return present;
  };
  return {
    get: async (): Promise<Connection> => {
      const connection = await source.get();
      return { ...connection, dispatcher: guardedOver(connection.dispatcher) };
    },
    invalidate: (doubt) => source.invalidate(doubt),
    // The sockets belong to the client that was there first.
    close: async () => undefined,
  };
}

const READS = new Set(['GET', 'HEAD']);

function interceptor(guard: WriteGuard): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    if (READS.has(options.method)) return dispatch(options, handler);
    // Saves a connection for a write that is refused anyway; what counts is the question before its first byte.
    guard.admit()[Symbol.dispose]();
    return dispatch(options, new GuardedHandler(handler, guard));
  };
}

/** Hands everything on; what `onRequestStart` throws fails the request before its first byte. */
class GuardedHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #guard: WriteGuard;
  #end: () => void = () => undefined;

  constructor(handler: Dispatcher.DispatchHandler, guard: WriteGuard) {
    this.#handler = handler;
    this.#guard = guard;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#end();
    const permit = this.#guard.admit();
    const onAbort = (): void => controller.abort(permit.signal.reason as Error);
    permit.signal.addEventListener('abort', onAbort, { once: true });
    this.#end = () => {
      permit.signal.removeEventListener('abort', onAbort);
      permit[Symbol.dispose]();
    };
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.#handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#end();
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.#end();
    this.#handler.onResponseError?.(...args);
  }
}
