import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer, statusBody, type Exchange } from '../../testing/scripted-api-server.ts';
import { impatientClock, silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import { objectKey } from '../objects.ts';
import type { ChangeEvent, Informer } from './informer.ts';
import { createInformer } from './store-informer.ts';

const FIRST_LIST = { method: 'GET', path: WIDGETS_PATH, query: { limit: '500', labelSelector: 'on=true' } };

let server: ScriptedApiServer;
let client: KubeClient;
let clock: ReturnType<typeof impatientClock>;
let informer: Informer<Widget>;
let stop: AbortController;
let running: Promise<void>;
let changes: string[];
/** What the informer leaves out; a test may set it before the first object comes. */
let leaveOut: (object: Widget) => Widget;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  clock = impatientClock();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog, clock });
  leaveOut = (object) => object;
  informer = createInformer<Widget>({
    client: client.resource<Widget>(WidgetResource),
    name: 'widgets',
    query: { labelSelector: 'on=true' },
    transform: (object) => leaveOut(object),
    indexes: { size: ({ spec }) => [String(spec.size)], owner: ({ spec }) => [spec.owner!.toUpperCase()] },
    clock,
    log: silentLog,
  });
  changes = [];
  informer.onChange((event) => changes.push(told(event)));
  stop = new AbortController();
  running = informer.start(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await client.close();
  await server.close();
});

function told({ type, object, previous }: ChangeEvent<Widget>): string {
  const version = object.metadata.resourceVersion;
  return `${type} ${objectKey(object)}@${version}${previous ? ` from ${previous.metadata.resourceVersion}` : ''}`;
}

/** Takes the next watch, which must start from that version. */
async function takeWatch(resourceVersion: string): Promise<Exchange> {
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    labelSelector: 'on=true',
    resourceVersion,
    timeoutSeconds: /^[3-6]\d\d$/,
  };
  return server.take({ method: 'GET', path: WIDGETS_PATH, query });
}

/** Answers the first list and takes the watch that follows. */
async function synced(resourceVersion: string, items: Widget[]): Promise<Exchange> {
  (await server.take(FIRST_LIST)).list(resourceVersion, items);
  return (await takeWatch(resourceVersion)).stream();
}

describe('Informer', () => {
  it('has synced after all pages of the first list, and not before', async () => {
    const first = await server.take(FIRST_LIST);
    expect(informer.hasSynced()).toBe(false);
    first.list('9', [widget('a', '1')], 'page-2');
    const second = await server.take({ ...FIRST_LIST, query: { ...FIRST_LIST.query, continue: 'page-2' } });
    expect(informer.hasSynced()).toBe(false);
    expect(informer.store.list()).toEqual([]);
    second.list('9', [widget('b', '2')]);
    await informer.waitForSync({ signal: stop.signal });
    expect(informer.hasSynced()).toBe(true);
    expect(changes).toEqual(['Added default/a@1', 'Added default/b@2']);
    await takeWatch('9');
  });

  it('follows additions, updates and deletions', async () => {
    const watch = await synced('9', [widget('a', '1')]);
    watch.send('ADDED', widget('b', '10')).send('MODIFIED', widget('a', '11')).send('DELETED', widget('b', '12'));
    await expect.poll(() => changes).toHaveLength(4);
    expect(changes.slice(1)).toEqual(['Added default/b@10', 'Updated default/a@11 from 1', 'Deleted default/b@12']);
    expect(informer.store.list().map(objectKey)).toEqual(['default/a']);
  });

  it('goes on from the last bookmark when the server closes the watch', async () => {
    const watch = await synced('9', []);
    watch.send('BOOKMARK', { metadata: { resourceVersion: '40' } }).end();
    (await takeWatch('40')).stream().send('ADDED', widget('a', '41')).end();
    await takeWatch('40');
    expect(clock.sleptMs).toEqual([]);
  });

  it('goes on from the last bookmark when the connection is cut in the middle of a line, and knows what comes twice', async () => {
    const watch = await synced('9', []);
    watch.send('ADDED', widget('a', '10')).write('{"type":"MODIFIED","object":{"metadata":{"na');
    await expect.poll(() => changes).toHaveLength(1);
    watch.reset();
    const again = await takeWatch('9');
    again.stream().send('ADDED', widget('a', '10')).send('MODIFIED', widget('a', '11'));
    await expect.poll(() => changes.at(-1)).toBe('Updated default/a@11 from 10');
    expect(changes).toHaveLength(2);
    expect(clock.sleptMs).toHaveLength(1);
  });

  it.each(['Expired', 'Gone'])('lists anew at once on %s, and tells only what differs', async (reason) => {
    const watch = await synced('9', [widget('a', '1'), widget('b', '2'), widget('c', '3')]);
    watch.send('ERROR', statusBody(410, reason));
    (await server.take(FIRST_LIST)).list('50', [widget('a', '1'), widget('c', '33'), widget('d', '44')]);
    await takeWatch('50');
    expect(changes.slice(3)).toEqual(['Updated default/c@33 from 3', 'Added default/d@44', 'Deleted default/b@2']);
    expect(clock.sleptMs).toEqual([]);
  });

  it('lists anew on a 410 answer, and waits when that does not help', async () => {
    const watch = await synced('9', []);
    watch.end();
    (await takeWatch('9')).status(410, 'Expired');
    (await server.take(FIRST_LIST)).list('50', []);
    (await takeWatch('50')).status(410, 'Expired');
    (await server.take(FIRST_LIST)).list('51', []);
    await takeWatch('51');
    // One wait for the watch that closed at once without news, one for each 410 after it.
    expect(clock.sleptMs.length).toBeGreaterThanOrEqual(2);
  });

  it('tells a recreated object as a deletion and an addition, from a list and from a watch', async () => {
    const watch = await synced('9', [widget('a', '1'), widget('b', '2')]);
    watch.send('MODIFIED', widget('a', '20', { metadata: { uid: 'other' } }));
    watch.send('ERROR', statusBody(410, 'Expired'));
    const recreated = widget('b', '30', { metadata: { uid: 'other' } });
    (await server.take(FIRST_LIST)).list('50', [widget('a', '20', { metadata: { uid: 'other' } }), recreated]);
    await takeWatch('50');
    expect(changes.slice(2)).toEqual([
      'Deleted default/a@1',
      'Added default/a@20',
      'Deleted default/b@2',
      'Added default/b@30',
    ]);
  });

  it('keeps trying to list, with growing delays, until the server answers', async () => {
    for (let tries = 0; tries < 13; tries++) (await server.take(FIRST_LIST)).status(500, 'InternalError');
    expect(informer.hasSynced()).toBe(false);
    (await server.take(FIRST_LIST)).list('9', []);
    await takeWatch('9');
    expect(informer.hasSynced()).toBe(true);
  });

  it('survives being forbidden, and lists anew after it', async () => {
    const watch = await synced('9', [widget('a', '1')]);
    watch.reset();
    (await takeWatch('9')).status(403, 'Forbidden');
    (await server.take(FIRST_LIST)).list('60', [widget('a', '1')]);
    await takeWatch('60');
    expect(changes).toHaveLength(1);
  });

  it('doubts its version after three failures in a row and lists anew', async () => {
    const watch = await synced('9', []);
    watch.reset();
    for (let tries = 0; tries < 3; tries++) (await takeWatch('9')).status(503, 'ServiceUnavailable');
    (await server.take(FIRST_LIST)).list('30', [widget('a', '2')]);
    await takeWatch('30');
    expect(changes).toEqual(['Added default/a@2']);
  });

  it('takes the past for the truth when the server, restored from a backup, says it again and again', async () => {
    const watch = await synced('90', [widget('a', '80'), widget('b', '90')]);
    watch.send('ERROR', statusBody(410, 'Expired'));
    for (let tries = 0; tries < 6; tries++) {
      expect(informer.store.list()).toHaveLength(2);
      (await server.take(FIRST_LIST)).list('9', [widget('a', '8')]);
    }
    const restored = await takeWatch('9');
    expect(changes.slice(2)).toEqual(['Updated default/a@8 from 80', 'Deleted default/b@90']);
    restored.stream().send('MODIFIED', widget('a', '10'));
    await expect.poll(() => changes.at(-1)).toBe('Updated default/a@10 from 8');
  });

  it('starts over with small delays after progress', async () => {
    const watch = await synced('9', []);
    watch.reset();
    (await takeWatch('9')).reset();
    const third = await takeWatch('9');
    third.stream().send('ADDED', widget('a', '10'));
    await expect.poll(() => changes).toHaveLength(1);
    third.reset();
    await takeWatch('9');
    const [first = 0, second = 0, last = 0] = clock.sleptMs;
    expect(first).toBeLessThanOrEqual(100);
    expect(second).toBeGreaterThanOrEqual(100);
    expect(last).toBeLessThanOrEqual(100);
  });

  it('asks for the whole list when the token of a page expired', async () => {
    (await server.take(FIRST_LIST)).list('9', [widget('a', '1')], 'page-2');
    const second = await server.take({ ...FIRST_LIST, query: { ...FIRST_LIST.query, continue: 'page-2' } });
    second.status(410, 'Expired');
    const whole = await server.take({ ...FIRST_LIST, query: { labelSelector: 'on=true' } });
    whole.list('10', [widget('a', '1')]);
    await takeWatch('10');
    expect(changes).toEqual(['Added default/a@1']);
  });

  it('finds objects by index, also after they changed, and leaves out those that an index function chokes on', async () => {
    const watch = await synced('9', [
      widget('a', '1', { spec: { size: 1, owner: 'eve' } }),
      widget('b', '2', { spec: { size: 1 } }),
    ]);
    expect(informer.store.byIndex('size', '1').map(objectKey)).toEqual(['default/a', 'default/b']);
    expect(informer.store.byIndex('owner', 'EVE').map(objectKey)).toEqual(['default/a']);
    watch.send('MODIFIED', widget('a', '10', { spec: { size: 2, owner: 'eve' } }));
    await expect.poll(() => informer.store.byIndex('size', '2').map(objectKey)).toEqual(['default/a']);
    expect(informer.store.byIndex('size', '1').map(objectKey)).toEqual(['default/b']);
    expect(() => informer.store.byIndex('colour', 'red')).toThrow(RangeError);
  });

  it('keeps objects frozen and without managedFields', async () => {
    await synced('9', [
      widget('a', '1', { spec: { size: 1 }, metadata: { managedFields: [{}], labels: { on: 'true' } } }),
    ]);
    const stored = informer.store.get('default/a')!;
    expect(stored.metadata.managedFields).toBeUndefined();
    expect(() => {
      stored.spec.size = 2;
    }).toThrow(TypeError);
    expect(() => {
      stored.metadata.labels!.on = 'false';
    }).toThrow(TypeError);
  });

  it('leaves out what its transform does, keeps whole what that chokes on, and does so anew when asked', async () => {
    leaveOut = (object) => ({ ...object, spec: { size: object.spec.owner!.length } });
    const watch = await synced('9', [widget('a', '1', { spec: { owner: 'eve' } }), widget('b', '2')]);
    expect(informer.store.list().map(({ spec }) => spec)).toEqual([{ size: 3 }, {}]);
    leaveOut = (object) => ({ ...object, spec: { size: 8, owner: 'anew' } });
    informer.retransform(['default/a', 'default/unknown']);
    expect(informer.store.byIndex('size', '8').map(objectKey)).toEqual(['default/a']);
    expect(Object.isFrozen(informer.store.get('default/a')!.spec)).toBe(true);
    expect(changes).toHaveLength(2);
    watch.send('MODIFIED', widget('a', '10'));
    await expect.poll(() => changes.at(-1)).toBe('Updated default/a@10 from 1');
  });

  it('tells a late handler what is there, tells a removed one nothing, and survives one that throws', async () => {
    informer.onChange(() => {
      throw new Error('bad handler');
    });
    const watch = await synced('9', [widget('a', '1')]);
    const late: string[] = [];
    const remove = informer.onChange((event) => late.push(told(event)));
    expect(late).toEqual(['Added default/a@1']);
    remove();
    watch.send('ADDED', widget('b', '10'));
    await expect.poll(() => changes).toHaveLength(2);
    expect(late).toHaveLength(1);
  });

  it('stops waiting for the first list when told to', async () => {
    const list = await server.take(FIRST_LIST);
    const impatient = new AbortController();
    const waiting = informer.waitForSync({ signal: impatient.signal });
    impatient.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    list.list('9', []);
    await takeWatch('9');
  });

  it('closes its watch and resolves when it is stopped', async () => {
    const watch = await synced('9', []);
    stop.abort();
    await expect(running).resolves.toBeUndefined();
    await watch.closed();
  });

  it('resolves when it is stopped while it lists', async () => {
    const list = await server.take(FIRST_LIST);
    stop.abort();
    await expect(running).resolves.toBeUndefined();
    await list.closed();
  });
});
