import type { RunEvent } from '@nannyapi/api';

/** Where the events of a run come from: each call begins with all that happened so far. */
export interface RunEventSource {
  follow(name: string, signal: AbortSignal): AsyncIterable<RunEvent>;
}

/**
 * Every event of a run once, until it is over.
 *
 * A stream may end before the run does, for example when the reader was slow; it is opened again, and what was told is
 * known by its id.
 */
export async function* followToEnd(
  source: RunEventSource,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const told = new Set<string>();
  for (;;) {
    for await (const event of source.follow(name, signal)) {
      if (told.has(event.id)) continue;
      told.add(event.id);
      yield event;
      if (event.type === 'verdict' || event.type === 'deleted') return;
    }
    signal.throwIfAborted();
  }
}
