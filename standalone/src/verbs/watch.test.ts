import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawWatch } from '../../testing/index.ts';
import { startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;
const watches: RawWatch[] = [];

beforeAll(async () => {
  fixture = await startWidgetServer();
});
afterAll(async () => {
  for (const watch of watches) watch.close();
  await fixture.close();
});

async function watch(query: string): Promise<RawWatch> {
  const opened = await fixture.raw.watch(`${WIDGETS}?watch=true${query}`);
  watches.push(opened);
  return opened;
}

async function next(from: RawWatch): Promise<[string, string]> {
  const event = await from.next();
  return [event.type, event.object.metadata.name];
}

async function revision(): Promise<string> {
  return (await fixture.raw.send('GET', WIDGETS)).body.metadata.resourceVersion;
}

async function setLabels(name: string, labels: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  await fixture.raw.send('PATCH', `${WIDGETS}/${name}`, { body: { metadata: { labels } }, headers });
}

describe('watch', () => {
  it('tells every change after a revision, in order, then what happens live', async () => {
    const from = await revision();
    await fixture.createWidget('w1');
    await setLabels('w1', { step: 'one' });
    const seen = await watch(`&resourceVersion=${from}`);
    expect(await next(seen)).toEqual(['ADDED', 'w1']);
    expect(await next(seen)).toEqual(['MODIFIED', 'w1']);
    await fixture.raw.send('DELETE', `${WIDGETS}/w1`);
    const deleted = await seen.next();
    expect(deleted.type).toBe('DELETED');
    expect(deleted.object.metadata.labels).toEqual({ step: 'one' });
    expect(Number(deleted.object.metadata.resourceVersion)).toBeGreaterThan(Number(from) + 2);
  });

  it('turns entering and leaving a selection into ADDED and DELETED', async () => {
    const from = await revision();
    const seen = await watch(`&resourceVersion=${from}&labelSelector=in%3Dyes`);
    await fixture.createWidget('w2');
    await setLabels('w2', { in: 'yes' });
    await setLabels('w2', { more: 'yes' });
    await setLabels('w2', { in: 'no' });
    expect(await next(seen)).toEqual(['ADDED', 'w2']);
    expect(await next(seen)).toEqual(['MODIFIED', 'w2']);
    const left = await seen.next();
    expect(left.type).toBe('DELETED');
    expect(left.object.metadata.labels.in).toBe('yes');
    expect(left.object.metadata.resourceVersion).toBe(await revision());
  });

  it('begins with the present when no revision is given, and marks its end when asked to', async () => {
    await fixture.createWidget('w3', { metadata: { labels: { only: 'w3' } } });
    const query = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const seen = await watch(`&labelSelector=only%3Dw3${query}`);
    expect(await next(seen)).toEqual(['ADDED', 'w3']);
    const mark = await seen.next();
    expect(mark.type).toBe('BOOKMARK');
    expect(mark.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    const plain = await watch('&labelSelector=only%3Dw3');
    expect(await next(plain)).toEqual(['ADDED', 'w3']);
  });

  it('ends after timeoutSeconds, with a last bookmark', async () => {
    const seen = await watch(`&resourceVersion=${await revision()}&timeoutSeconds=1&allowWatchBookmarks=true`);
    expect((await seen.next()).type).toBe('BOOKMARK');
    await seen.ended;
  });

  it('answers a revision that is not in the window with an ERROR event of code 410', async () => {
    const seen = await watch('&resourceVersion=99999999');
    const event = await seen.next();
    expect([event.type, event.object.code, event.object.reason]).toEqual(['ERROR', 410, 'Expired']);
    await seen.ended;
  });

  it('refuses sendInitialEvents without resourceVersionMatch', async () => {
    const answer = await fixture.raw.send('GET', `${WIDGETS}?watch=true&sendInitialEvents=true`);
    expect([answer.code, answer.body.reason]).toEqual([422, 'Invalid']);
  });

  it('lets a watcher that does not read fall behind and still gives it every event, in order', async () => {
    const from = await revision();
    const slow = await watch(`&resourceVersion=${from}&fieldSelector=metadata.name%3Dbulky`);
    const text = 'x'.repeat(200_000);
    await fixture.createWidget('bulky', { metadata: { annotations: { text } } });
    const steps = 40;
    for (let step = 0; step < steps; step += 1) await setLabels('bulky', { step: `${step}` });
    expect(await next(slow)).toEqual(['ADDED', 'bulky']);
    for (let step = 0; step < steps; step += 1) {
      const event = await slow.next();
      expect(event.object.metadata.labels.step).toBe(`${step}`);
    }
  });
});
