import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;

beforeAll(async () => {
  fixture = await startWidgetServer();
});
afterAll(async () => await fixture.close());

async function exists(name: string): Promise<boolean> {
  return (await fixture.raw.send('GET', `${WIDGETS}/${name}`)).code === 200;
}

async function setFinalizers(name: string, finalizers: string[]): Promise<number> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  return (await fixture.raw.send('PATCH', `${WIDGETS}/${name}`, { body: { metadata: { finalizers } }, headers })).code;
}

async function createOwned(name: string, owner: { metadata: { name: string; uid: string } }): Promise<void> {
  const { name: ownerName, uid } = owner.metadata;
  const reference = { apiVersion: 'example.com/v1', kind: 'Widget', name: ownerName, uid, blockOwnerDeletion: true };
  await fixture.createWidget(name, { metadata: { ownerReferences: [reference] } });
}

describe('delete', () => {
  it('removes an object and answers a Status that names it', async () => {
    const created = await fixture.createWidget('plain');
    const answer = await fixture.raw.send('DELETE', `${WIDGETS}/plain`);
    expect(answer.body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'plain', group: 'example.com', kind: 'widgets', uid: created.metadata.uid },
    });
    expect(await exists('plain')).toBe(false);
  });

  it('keeps an object that has finalizers until the last is removed, and lets none be added', async () => {
    await fixture.createWidget('held', { metadata: { finalizers: ['example.com/hold'] } });
    const answer = await fixture.raw.send('DELETE', `${WIDGETS}/held`);
    expect(answer.body.metadata.deletionTimestamp).toBeDefined();
    expect(answer.body.metadata.generation).toBe(2);
    expect(await setFinalizers('held', ['example.com/hold', 'example.com/more'])).toBe(422);
    expect(await setFinalizers('held', [])).toBe(200);
    expect(await exists('held')).toBe(false);
  });

  it('checks the preconditions', async () => {
    const created = await fixture.createWidget('guarded');
    const path = `${WIDGETS}/guarded`;
    const wrong = await fixture.raw.send('DELETE', path, { body: { preconditions: { uid: 'other' } } });
    expect([wrong.code, wrong.body.reason]).toEqual([409, 'Conflict']);
    const { uid, resourceVersion } = created.metadata;
    const right = await fixture.raw.send('DELETE', path, { body: { preconditions: { uid, resourceVersion } } });
    expect(right.code).toBe(200);
  });

  it('deletes the selected objects of a collection', async () => {
    for (const name of ['c1', 'c2', 'c3']) {
      await fixture.createWidget(name, { metadata: { labels: { group: name === 'c3' ? 'stay' : 'go' } } });
    }
    const answer = await fixture.raw.send('DELETE', `${WIDGETS}?labelSelector=group%3Dgo`);
    expect(answer.body.items).toHaveLength(2);
    expect(await Promise.all(['c1', 'c2', 'c3'].map(exists))).toEqual([false, false, true]);
  });

  it('collects the dependents of a deleted owner in the background', async () => {
    const owner = await fixture.createWidget('owner-bg');
    await createOwned('dependent-bg', owner);
    await fixture.raw.send('DELETE', `${WIDGETS}/owner-bg?propagationPolicy=Background`);
    await vi.waitFor(async () => expect(await exists('dependent-bg')).toBe(false));
  });

  it('lets an owner wait in the foreground for its dependents', async () => {
    const owner = await fixture.createWidget('owner-fg');
    await createOwned('dependent-fg', owner);
    await setFinalizers('dependent-fg', ['example.com/hold']);
    const answer = await fixture.raw.send('DELETE', `${WIDGETS}/owner-fg?propagationPolicy=Foreground`);
    expect(answer.body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await vi.waitFor(async () => {
      const dependent = await fixture.raw.send('GET', `${WIDGETS}/dependent-fg`);
      expect(dependent.body.metadata.deletionTimestamp).toBeDefined();
    });
    expect(await exists('owner-fg')).toBe(true);
    await setFinalizers('dependent-fg', []);
    await vi.waitFor(async () => expect(await exists('owner-fg')).toBe(false));
  });

  it('sets the dependents free when asked to orphan them', async () => {
    const owner = await fixture.createWidget('owner-orphan');
    await createOwned('dependent-orphan', owner);
    await fixture.raw.send('DELETE', `${WIDGETS}/owner-orphan?propagationPolicy=Orphan`);
    await vi.waitFor(async () => expect(await exists('owner-orphan')).toBe(false));
    const dependent = await fixture.raw.send('GET', `${WIDGETS}/dependent-orphan`);
    expect(dependent.body.metadata.ownerReferences).toBeUndefined();
  });

  it('collects an object whose owner never existed, and keeps one whose owner is of a kind unknown here', async () => {
    const missing = { metadata: { name: 'nobody', uid: '11111111-1111-1111-1111-111111111111' } };
    await createOwned('stray', missing);
    await vi.waitFor(async () => expect(await exists('stray')).toBe(false));
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: missing.metadata.uid };
    await fixture.createWidget('foreign', { metadata: { ownerReferences: [reference] } });
    expect(await exists('foreign')).toBe(true);
  });
});
