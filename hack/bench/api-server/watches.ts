import { RawClient } from '@nannyapi/standalone/testing';
import { Connection } from './connection.ts';
import type { MeasuredServer } from './servers.ts';

const EVENT_MS = 30_000;

/** Many watches of one collection, each over a connection of its own. */
export class Watches {
  readonly #connections: Connection[] = [];
  #arrivalsMs: number[] = [];
  #wanted = Promise.withResolvers<number[]>();

  /** Opens the watches one after the other; each begins at the present and sees changes only. */
  static async open(server: MeasuredServer, collection: string, count: number): Promise<Watches> {
    const watches = new Watches();
    const version = await versionOf(server, collection);
    for (let index = 0; index < count; index++) {
      const connection = await Connection.open(server);
      watches.#connections.push(connection);
      await connection.watch(`${collection}?watch=true&resourceVersion=${version}`, () => watches.#arrived());
    }
    return watches;
  }

  /** When each watcher held the next event, ms of `performance.now()`. */
  next(): Promise<number[]> {
    this.#arrivalsMs = [];
    this.#wanted = Promise.withResolvers();
    const late = setTimeout(() => this.#wanted.reject(new Error('A watcher was not told')), EVENT_MS);
    return this.#wanted.promise.finally(() => clearTimeout(late));
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #arrived(): void {
    if (this.#arrivalsMs.push(performance.now()) === this.#connections.length) this.#wanted.resolve(this.#arrivalsMs);
  }
}

async function versionOf(server: MeasuredServer, collection: string): Promise<string> {
  const raw = new RawClient(server);
  try {
    const { body } = await raw.send('GET', `${collection}?limit=1`);
    return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  } finally {
    raw.close();
  }
}
