import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, startWidgetServer, widget, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;

beforeAll(async () => {
  fixture = await startWidgetServer();
});
afterAll(async () => await fixture.close());

describe('create', () => {
  it('gives identity, generation and defaults, drops a status, and answers 201', async () => {
    const body = { ...widget('full'), status: { phase: 'Done' } };
    const answer = await fixture.raw.send('POST', WIDGETS, { body });
    expect(answer.code).toBe(201);
    expect(answer.body).toMatchObject({
      metadata: {
        name: 'full',
        namespace: 'default',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        generation: 1,
      },
      spec: { size: 3, color: 'grey' },
    });
    expect(answer.body.status).toBeUndefined();
  });

  it('makes a name from generateName', async () => {
    const body = { ...widget('x'), metadata: { generateName: 'gen-' } };
    const answer = await fixture.raw.send('POST', WIDGETS, { body });
    expect(answer.body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('refuses a taken name with AlreadyExists', async () => {
    await fixture.createWidget('taken');
    const answer = await fixture.raw.send('POST', WIDGETS, { body: widget('taken') });
    expect(answer.code).toBe(409);
    expect(answer.body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'AlreadyExists',
      message: 'widgets.example.com "taken" already exists',
      details: { name: 'taken', group: 'example.com', kind: 'widgets' },
      code: 409,
    });
  });

  it('names every broken rule in the causes of Invalid', async () => {
    const body = widget('bad', { spec: { size: 8, color: 'black' } });
    const answer = await fixture.raw.send('POST', WIDGETS, { body });
    expect(answer.code).toBe(422);
    expect(answer.body).toMatchObject({
      reason: 'Invalid',
      details: { name: 'bad', group: 'example.com', kind: 'Widget' },
    });
    expect(answer.body.details.causes).toMatchObject([{ reason: 'FieldValueInvalid', field: 'spec' }]);
    expect(answer.body.message).toContain('black widgets are small');
  });

  it('stores nothing on dryRun, nor when that word is misspelt', async () => {
    const answer = await fixture.raw.send('POST', `${WIDGETS}?dryRun=All`, { body: widget('dry') });
    expect(answer.code).toBe(201);
    const mistaken = await fixture.raw.send('POST', `${WIDGETS}?dryRun=true`, { body: widget('dry') });
    expect([mistaken.code, mistaken.body.details.causes[0].field]).toEqual([422, 'dryRun']);
    expect((await fixture.raw.send('GET', `${WIDGETS}/dry`)).code).toBe(404);
  });

  it('warns of unknown fields, refuses them when told to be strict, and drops them when told to ignore', async () => {
    const body = (name: string): object => widget(name, { spec: { colour: 'red' } });
    const warned = await fixture.raw.send('POST', WIDGETS, { body: body('warned') });
    expect(warned.code).toBe(201);
    expect(warned.headers.warning).toBe('299 - "unknown field \\"spec.colour\\""');
    expect(warned.body.spec).toEqual({ size: 3, color: 'grey' });
    const strict = await fixture.raw.send('POST', `${WIDGETS}?fieldValidation=Strict`, { body: body('strict') });
    expect(strict.code).toBe(400);
    expect(strict.body.message).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"',
    );
    const ignored = await fixture.raw.send('POST', `${WIDGETS}?fieldValidation=Ignore`, { body: body('ignored') });
    expect(ignored.code).toBe(201);
    expect(ignored.headers.warning).toBeUndefined();
  });

  it('answers 404 for a namespace that does not exist', async () => {
    const path = '/apis/example.com/v1/namespaces/nowhere/widgets';
    const answer = await fixture.raw.send('POST', path, { body: widget('lost') });
    expect(answer.code).toBe(404);
    expect(answer.body.message).toBe('namespaces "nowhere" not found');
  });

  it('accepts YAML', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata:\n  a: "1"\n';
    const headers = { 'content-type': 'application/yaml' };
    const answer = await fixture.raw.send('POST', CONFIG_MAPS, { body, headers });
    expect(answer.code).toBe(201);
    expect(answer.body.data).toEqual({ a: '1' });
  });

  it.each([
    ['malformed JSON', '{"apiVersion": ', 400, 'BadRequest'],
    ['a list', '[]', 400, 'BadRequest'],
    ['another kind', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}', 400, 'BadRequest'],
    ['a number as name', '{"metadata":{"name":7}}', 400, 'BadRequest'],
    ['labels that are no map', '{"metadata":{"name":"a","labels":"x"}}', 400, 'BadRequest'],
    ['no name', '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{},"spec":{"size":1}}', 422, 'Invalid'],
    [
      'a name with capitals',
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"UPPER"},"spec":{"size":1}}',
      422,
      'Invalid',
    ],
    [
      'another namespace',
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a","namespace":"kube-system"},"spec":{"size":1}}',
      400,
      'BadRequest',
    ],
    [
      'a resourceVersion',
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a","resourceVersion":"5"},"spec":{"size":1}}',
      500,
      undefined,
    ],
  ])('refuses %s', async (_what, body, code, reason) => {
    const answer = await fixture.raw.send('POST', WIDGETS, { body });
    expect([answer.code, answer.body.reason]).toEqual([code, reason]);
  });

  it('refuses invalid UTF-8, an unknown content type, and a body above 3 MiB, however large', async () => {
    const invalid = await fixture.raw.send('POST', WIDGETS, { body: Buffer.from([0x7b, 0xff, 0x7d]) });
    expect(invalid.code).toBe(400);
    const headers = { 'content-type': 'text/plain' };
    expect((await fixture.raw.send('POST', WIDGETS, { body: '{}', headers })).code).toBe(415);
    const huge = JSON.stringify(widget('huge', { spec: { color: 'x'.repeat(20 * 1024 * 1024) } }));
    const answer = await fixture.raw.send('POST', WIDGETS, { body: huge });
    expect([answer.code, answer.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
  });
});
