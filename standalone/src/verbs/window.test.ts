import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;

beforeAll(async () => {
  fixture = await startWidgetServer({ windowRevisions: 10 });
});
afterAll(async () => await fixture.close());

describe('a revision that has left the window', () => {
  it('is answered with 410 by watch, by continued lists and by exact lists, and the present stays whole', async () => {
    await fixture.createWidget('first');
    await fixture.createWidget('second');
    const page = (await fixture.raw.send('GET', `${WIDGETS}?limit=1`)).body.metadata;
    const headers = { 'content-type': 'application/merge-patch+json' };
    for (let step = 0; step < 400; step += 1) {
      const body = { metadata: { labels: { step: `${step}` } } };
      await fixture.raw.send('PATCH', `${WIDGETS}/first`, { body, headers });
    }
    const watch = await fixture.raw.watch(`${WIDGETS}?watch=true&resourceVersion=${page.resourceVersion}`);
    const event = await watch.next();
    expect([event.type, event.object.code, event.object.reason]).toEqual(['ERROR', 410, 'Expired']);
    const continued = await fixture.raw.send('GET', `${WIDGETS}?limit=1&continue=${page.continue}`);
    expect([continued.code, continued.body.reason]).toEqual([410, 'Expired']);
    const query = `?resourceVersion=${page.resourceVersion}&resourceVersionMatch=Exact`;
    expect((await fixture.raw.send('GET', `${WIDGETS}${query}`)).code).toBe(410);
    const present = await fixture.raw.send('GET', WIDGETS);
    expect(present.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'first',
      'second',
    ]);
  });
});
