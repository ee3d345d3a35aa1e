import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RawClient } from '../../testing/index.ts';
import { Ledger } from './crash/ledger.ts';
import { Replica } from './crash/replica.ts';
import { collectionPath, RESOURCES, seen } from './crash/resources.ts';
import type { Seen, WireObject } from './crash/resources.ts';
import { bundleServer, ServerProcess } from './crash/server-process.ts';
import { runWriters } from './crash/writers.ts';
import { Randomness } from './fixtures/randomness.ts';

/** Kills in one run of the test; `NANNYAPI_CRASH_KILLS` asks for more. */
const KILLS = Number(process.env['NANNYAPI_CRASH_KILLS'] ?? 200);
const WRITERS = 8;
/** Small enough that old revisions are dropped in every run. */
const WINDOW_REVISIONS = 1000;

let folder: string;
let program: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-'));
  program = await bundleServer(join(folder, 'bundle'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

function start(): ServerProcess {
  return new ServerProcess({ program, dataDir: join(folder, 'data'), windowRevisions: WINDOW_REVISIONS });
}

/** Everything that a server holds of the kinds under test, and the newest revision it names. */
async function listAll(client: RawClient): Promise<{ objects: Map<string, Seen>; revision: number }> {
  const objects = new Map<string, Seen>();
  let revision = 0;
  for (const resource of RESOURCES) {
    const { body } = await client.send('GET', collectionPath(resource));
    revision = Number(body.metadata.resourceVersion);
    for (const item of body.items as WireObject[]) objects.set(`${resource.plural}/${item.metadata.name}`, seen(item));
  }
  return { objects, revision };
}

/** Waits until the watchers that went on have been told what is listed, and compares all that they were told. */
async function checkReplicas(
  replicas: readonly Replica[],
  listed: ReadonlyMap<string, Seen>,
  ledger: Ledger,
): Promise<void> {
  await vi.waitFor(
    () => {
      for (const replica of replicas) replica.check();
      const told = replicas.flatMap(({ resource, objects }) =>
        [...objects].map(([name, object]) => [`${resource.plural}/${name}`, object] as const),
      );
      expect(new Map(told)).toEqual(listed);
    },
    { timeout: 10_000, interval: 2 },
  );
  const told = new Map(replicas.map((replica) => [replica.resource.plural as string, replica]));
  for (const { id, key, outcome, revision } of ledger.writes) {
    if (outcome !== 'Acknowledged' || revision === undefined) continue;
    const replica = told.get(key.split('/')[0] ?? '');
    if (replica?.told.get(revision) !== id) throw new Error(`no watcher was told of write ${id} at ${revision}`);
  }
}

describe('a control plane that is killed under load', () => {
  it(`loses nothing, invents nothing, and lets watchers go on, over ${KILLS} kills at random points`, async () => {
    const random = new Randomness();
    const ledger = new Ledger();
    let replicas: Replica[] = [];
    const startMs = performance.now();
    const say = (text: string): boolean =>
      process.stderr.write(
        `crash test, seed ${random.seed}: ${text}, ${Math.round((performance.now() - startMs) / 1000)} s\n`,
      );
    say(`${KILLS} kills ahead`);
    for (let kills = 0; kills < KILLS;) {
      const server = start();
      let client: RawClient | undefined;
      try {
        if (random.below(10) === 0) {
          // In the middle of the start: the folder is locked, checked, loaded.
          await delay(random.below(300));
        } else {
          client = new RawClient(await server.ready());
          const { objects, revision } = await listAll(client);
          ledger.check(objects, revision);
          if (replicas.length === 0) replicas = RESOURCES.map((resource) => new Replica(resource, revision));
          for (const replica of replicas) await replica.follow(client);
          await checkReplicas(replicas, objects, ledger);
          await writeAndKill(server, { client, ledger, random });
        }
      } finally {
        await server.kill();
        client?.close();
        ledger.killed();
        kills += 1;
      }
      if (kills % 25 === 0) say(`${kills} kills, ${ledger.writes.length} writes`);
    }
    const outcomes = Object.groupBy(ledger.writes, (write) => write.outcome);
    say(`${outcomes.Acknowledged?.length} writes acknowledged, ${outcomes.Unknown?.length} cut off`);
    expect(outcomes.Acknowledged?.length).toBeGreaterThan(KILLS);
    expect(outcomes.Unknown?.length).toBeGreaterThan(KILLS);
    expect(ledger.highestRevision).toBeGreaterThan(KILLS * 5);
  }, 600_000);
});

/** Lets the writers loose and kills the server after some answers, at once or within a few milliseconds. */
async function writeAndKill(
  server: ServerProcess,
  deps: { client: RawClient; ledger: Ledger; random: Randomness },
): Promise<void> {
  const { random } = deps;
  let answersLeft = 1 + random.below(60);
  const enough = Promise.withResolvers<void>();
  const onAnswer = (): void => {
    answersLeft -= 1;
    if (answersLeft <= 0) enough.resolve();
  };
  const extraMs = random.below(2) === 0 ? 0 : random.fraction() * 8;
  const killWhenEnough = async (): Promise<void> => {
    await enough.promise;
    if (extraMs > 0) await delay(extraMs);
    await server.kill();
  };
  await Promise.all([killWhenEnough(), runWriters({ ...deps, onAnswer }, WRITERS)]);
}
