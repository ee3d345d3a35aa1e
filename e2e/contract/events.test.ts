import type { RawAnswer } from '@nannyapi/standalone/testing';
import { expect, it } from 'vitest';
import { onEachServer } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

const GROUP = '/apis/events.k8s.io/v1';
const TIME = '2026-01-01T00:00:00.000000Z';

onEachServer((server) => {
  it('serves each event in both forms, whichever it was written in', async () => {
    const { core, events, event } = await room();
    const created = await server.raw.send('POST', events, { body: event });
    expect([created.code, withoutMeta(created)]).toEqual([
      201,
      {
        kind: 'Event',
        apiVersion: 'events.k8s.io/v1',
        eventTime: TIME,
        reportingController: 'example.com/c',
        reportingInstance: 'i',
        action: 'Act',
        reason: 'Why',
        regarding: event.regarding,
        note: 'hello',
        type: 'Normal',
        deprecatedSource: {},
        deprecatedFirstTimestamp: null,
        deprecatedLastTimestamp: null,
      },
    ]);
    expect(withoutMeta(await server.raw.send('GET', `${core}/e`))).toEqual({
      kind: 'Event',
      apiVersion: 'v1',
      eventTime: TIME,
      reportingComponent: 'example.com/c',
      reportingInstance: 'i',
      action: 'Act',
      reason: 'Why',
      involvedObject: event.regarding,
      message: 'hello',
      type: 'Normal',
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
    });
    await server.raw.send('POST', core, { body: oldEvent(event.regarding) });
    expect(withoutMeta(await server.raw.send('GET', `${events}/old`))).toEqual({
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      eventTime: null,
      reason: 'Why',
      regarding: event.regarding,
      note: 'old',
      deprecatedSource: { component: 'c', host: 'h' },
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      deprecatedLastTimestamp: '2026-01-01T00:00:01Z',
      deprecatedCount: 3,
    });
  });

  it('lists, watches and shows them as a table in the form asked for', async () => {
    const { core, events, event } = await room();
    await server.raw.send('POST', core, { body: oldEvent(event.regarding) });
    const list = (await server.raw.send('GET', events)).body;
    expect([list.kind, list.apiVersion, list.items[0].note, list.items[0].message]).toEqual([
      'EventList',
      'events.k8s.io/v1',
      'old',
      undefined,
    ]);
    const watch = await server.raw.watch(`${events}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
    await server.raw.send('PATCH', `${core}/old`, { body: { message: 'new' }, headers: PATCH.merge });
    const { type, object } = await watch.next();
    expect([type, object.apiVersion, object.note]).toEqual(['MODIFIED', 'events.k8s.io/v1', 'new']);
    await server.raw.send('DELETE', `${core}/old`);
    const last = await watch.next();
    expect([last.type, last.object.apiVersion, last.object.note]).toEqual(['DELETED', 'events.k8s.io/v1', 'new']);
    watch.close();
    await server.raw.send('POST', events, { body: event });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = (await server.raw.send('GET', `${events}?includeObject=Object`, { headers: { accept } })).body;
    const [row] = table.rows;
    expect([row.cells.slice(1, 4), row.cells[6], row.object.note]).toEqual([
      ['Normal', 'Why', 'pod/p'],
      'hello',
      'hello',
    ]);
  });

  it.each<[string, string | undefined]>([
    ['regarding.name=p', undefined],
    ['reportingController=example.com/c,type=Normal,reason=Why', undefined],
    ['involvedObject.name=p', 'field label not supported: involvedObject.name'],
    ['source=c', 'field label not supported: source'],
  ])('selects by %s as the newer form names fields', async (selector, refusal) => {
    const { events, event } = await room();
    await server.raw.send('POST', events, { body: event });
    const { body } = await server.raw.send('GET', `${events}?fieldSelector=${encodeURIComponent(selector)}`);
    expect(refusal === undefined ? body.items?.length : body.message).toBe(refusal ?? 1);
  });

  it.each<[string, object, string[]]>([
    ['no time', { eventTime: null }, ['FieldValueRequired eventTime']],
    ['another type', { type: 'Odd' }, ['FieldValueInvalid type']],
    ['a name of its own kind', { metadata: { name: 'A_b' } }, ['FieldValueInvalid metadata.name']],
    ['no object in a namespace', { regarding: {} }, ['FieldValueInvalid involvedObject.namespace']],
    ['nobody', { reportingInstance: '', action: '' }, ['reportingInstance', 'action'].map(requiredField)],
    ['a long note', { note: 'x'.repeat(1025) }, ['FieldValueInvalid message']],
    ['a bad controller', { reportingController: 'a b' }, ['FieldValueInvalid reportingController']],
    [
      'a series of one',
      { series: { count: 1 } },
      ['FieldValueInvalid series.count', 'FieldValueRequired series.lastObservedTime'],
    ],
    [
      'what only old events have',
      { deprecatedCount: 1, deprecatedFirstTimestamp: '2026-01-01T00:00:00Z', deprecatedSource: { host: 'h' } },
      ['firstTimestamp', 'count', 'source'].map((field) => `FieldValueInvalid ${field}`),
    ],
  ])('refuses a new event with %s', async (_what, fields, causes) => {
    const { events, event } = await room();
    const answer = await server.raw.send('POST', events, { body: { ...event, ...fields } });
    expect([answer.code, causesOf(answer), answer.body.details.group]).toEqual([422, causes, undefined]);
  });

  it('lets an event change in its labels and its series alone, but for those who use the older form', async () => {
    const { core, events, event } = await room();
    await server.raw.send('POST', events, { body: event });
    const series = { count: 2, lastObservedTime: TIME };
    const good = await server.raw.send('PUT', `${events}/e`, { body: { ...event, series } });
    expect([good.code, good.body.series]).toEqual([200, series]);
    const changed = { note: 'x', type: 'Warning', regarding: { ...event.regarding, name: 'q' }, action: 'No' };
    const bad = await server.raw.send('PUT', `${events}/e`, { body: { ...event, ...changed } });
    const fields = ['involvedObject', 'message', 'type', 'action'];
    expect([bad.code, causesOf(bad)]).toEqual([422, fields.map((field) => `FieldValueInvalid ${field}`)]);
    const old = await server.raw.send('PATCH', `${core}/e`, { body: { message: 'x' }, headers: PATCH.merge });
    expect([old.code, old.body.message]).toEqual([200, 'x']);
    const incomplete = await server.raw.send('PATCH', `${core}/e`, { body: { action: null }, headers: PATCH.merge });
    expect([incomplete.code, causesOf(incomplete)]).toEqual([422, ['FieldValueRequired action']]);
  });

  it('creates by PUT and apply, tells conflicts, and forgets owners who used the other form', async () => {
    const { core, events, event } = await room();
    expect((await server.raw.send('PUT', `${events}/e`, { body: event })).code).toBe(201);
    await server.raw.send('PATCH', `${core}/e?fieldManager=late`, { body: { message: 'x' }, headers: PATCH.merge });
    expect(ownersOf(await server.raw.send('GET', `${events}/e`))).toEqual([
      ['late', 'Update', '', { 'f:message': {} }],
    ]);
    const applied = { ...event, metadata: { name: 'a' } };
    const first = await server.raw.send('PATCH', `${events}/a?fieldManager=one`, {
      body: applied,
      headers: PATCH.apply,
    });
    expect(first.code).toBe(201);
    const body = { ...applied, note: 'other' };
    const second = await server.raw.send('PATCH', `${events}/a?fieldManager=two`, { body, headers: PATCH.apply });
    expect([second.code, causesOf(second)]).toEqual([409, ['FieldManagerConflict .note']]);
  });

  it('deletes one and many, under the name of the group', async () => {
    const { core, events, event } = await room();
    await server.raw.send('POST', events, { body: event });
    const gone = await server.raw.send('DELETE', `${events}/e`);
    expect([gone.code, gone.body.details.group]).toEqual([200, 'events.k8s.io']);
    const missing = await server.raw.send('GET', `${events}/e`);
    expect([missing.code, missing.body.message]).toEqual([404, 'events.events.k8s.io "e" not found']);
    await server.raw.send('POST', events, { body: event });
    expect((await server.raw.send('DELETE', events)).code).toBe(200);
    expect((await server.raw.send('GET', core)).body.items).toEqual([]);
  });

  it('tells of the group in discovery and OpenAPI', async () => {
    const [entry] = (await server.raw.send('GET', GROUP)).body.resources;
    const { resources } = (await server.raw.send('GET', '/api/v1')).body;
    const core = resources.find(({ name }: { name: string }) => name === 'events');
    // The hash is that of the form that is stored.
    expect(entry).toEqual(core);
    const document = (await server.raw.send('GET', `/openapi/v3${GROUP}`)).body;
    const { properties, required } = document.components.schemas['io.k8s.api.events.v1.Event'];
    expect([Object.keys(properties), required]).toEqual([
      expect.arrayContaining(['note', 'regarding', 'reportingController', 'series', 'deprecatedCount']),
      ['eventTime'],
    ]);
  });

  async function room(): Promise<{ core: string; events: string; event: { regarding: object } }> {
    const namespace = await server.createNamespace();
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      eventTime: TIME,
      reportingController: 'example.com/c',
      reportingInstance: 'i',
      action: 'Act',
      reason: 'Why',
      type: 'Normal',
      note: 'hello',
      regarding: { kind: 'Pod', namespace, name: 'p' },
    };
    return {
      core: `/api/v1/namespaces/${namespace}/events`,
      events: `${GROUP}/namespaces/${namespace}/events`,
      event,
    };
  }
});

function oldEvent(involvedObject: object): object {
  return {
    metadata: { name: 'old' },
    involvedObject,
    message: 'old',
    reason: 'Why',
    count: 3,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:01Z',
    source: { component: 'c', host: 'h' },
  };
}

function withoutMeta({ body }: RawAnswer): object {
  const { metadata: _metadata, ...rest } = body;
  return rest;
}

function requiredField(field: string): string {
  return `FieldValueRequired ${field}`;
}
