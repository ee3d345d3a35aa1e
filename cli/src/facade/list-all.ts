import type { FacadeConnection } from './facade-connection.ts';

const PAGE = 500;

/** All objects of a list of the facade, page after page. */
export async function* listAll<T>(connection: FacadeConnection, path: string, signal: AbortSignal): AsyncGenerator<T> {
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next === undefined ? {} : { continue: next }) });
    const page = await connection.json<{ items: T[]; metadata?: { continue?: string } }>(
      `${path}?${query.toString()}`,
      {
        signal,
      },
    );
    yield* page.items;
    next = page.metadata?.continue;
  } while (next !== undefined && next !== '');
}
