import { FakeClock } from '@nannyapi/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;
// From now on, since the certificates that the server makes have to be valid for the client.
const clock = new FakeClock(new Date());

beforeAll(async () => {
  fixture = await startWidgetServer({ clock });
});
afterAll(async () => await fixture.close());

describe('a watch over time', () => {
  it('tells the newest revision by a bookmark each minute, also when only other resources changed', async () => {
    const watch = await fixture.raw.watch(`${WIDGETS}?watch=true&allowWatchBookmarks=true&resourceVersion=0`);
    expect((await watch.next()).object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    const other = await fixture.raw.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'other' } } });
    await clock.advance(60_000);
    const first = await watch.next();
    expect([first.type, first.object.kind]).toEqual(['BOOKMARK', 'Widget']);
    expect(first.object.metadata.resourceVersion).toBe(other.body.metadata.resourceVersion);
    await clock.advance(60_000);
    expect((await watch.next()).type).toBe('BOOKMARK');
    watch.close();
  });

  it('tells ages as of the moment of each event', async () => {
    const created = await fixture.raw.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'aged' } } });
    const path = `${CONFIG_MAPS}?watch=true&resourceVersion=${created.body.metadata.resourceVersion}`;
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const watch = await fixture.raw.watch(path, { headers });
    await clock.advance(120_000);
    await fixture.raw.send('PATCH', `${CONFIG_MAPS}/aged`, {
      body: { data: { seen: 'yes' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect((await watch.next()).object.rows[0].cells).toEqual(['aged', 1, expect.stringMatching(/^(2m|1[12]\ds)$/)]);
    watch.close();
  });

  it('ends by itself between half an hour and an hour', async () => {
    const watch = await fixture.raw.watch(`${WIDGETS}?watch=true&resourceVersion=0`);
    await clock.advance(3600_000);
    await expect(watch.ended).resolves.toBeUndefined();
  });

  it('resumes from a bookmark without missing or repeating a change', async () => {
    const marked = await fixture.raw.watch(
      `${WIDGETS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const { resourceVersion } = (await marked.next()).object.metadata;
    marked.close();
    await fixture.createWidget('missed');
    const resumed = await fixture.raw.watch(`${WIDGETS}?watch=true&resourceVersion=${resourceVersion}`);
    await fixture.createWidget('live');
    expect((await resumed.next()).object.metadata.name).toBe('missed');
    expect((await resumed.next()).object.metadata.name).toBe('live');
    resumed.close();
  });
});
