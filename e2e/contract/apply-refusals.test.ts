import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { owned, serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

const UID = '11111111-1111-1111-1111-111111111111';
const MODES = ['Strict', 'Warn', 'Ignore'];

onEachServer((server) => {
  let boxes: Boxes;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
  });

  it('names each conflict with its owner and field', async () => {
    const name = uniqueName('box');
    await apply(name, 'a', { spec: { size: 1, color: 'r' } });
    await apply(name, 'b', { spec: { labels: { x: '1' }, parts: [{ name: 'q', count: 1 }] } });
    await patch(name, 'u', { spec: { note: 'n' } });
    await patch(name, 's', { status: { phase: 'P' } }, '/status');
    const spec = { size: 2, color: 's', labels: { x: '2' }, parts: [{ name: 'q', count: 2 }], note: 'm' };
    const refused = await apply(name, 'c', { spec });
    const conflict = (manager: string, field: string): object => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field,
    });
    const updater = `"u" using ${boxes.apiVersion}`;
    expect(refused.body).toMatchObject({ code: 409, reason: 'Conflict', status: 'Failure' });
    // A kube-apiserver lists the owners in any order.
    expect(new Set(refused.body.details.causes)).toEqual(
      new Set([
        conflict('"a"', '.spec.color'),
        conflict('"a"', '.spec.size'),
        conflict('"b"', '.spec.labels.x'),
        conflict('"b"', '.spec.parts[name="q"].count'),
        conflict(updater, '.spec.note'),
      ]),
    );
    expect(refused.body.message).toBe(
      [
        'Apply failed with 5 conflicts: conflicts with "a":\n- .spec.color\n- .spec.size',
        'conflicts with "b":\n- .spec.labels.x\n- .spec.parts[name="q"].count',
        `conflicts with ${updater}:\n- .spec.note`,
      ].join('\n'),
    );
    const status = await apply(name, 'c', { status: { phase: 'Q' } }, '/status');
    expect(status.body.message).toBe(
      `Apply failed with 1 conflict: conflict with "s" with subresource "status" using ${boxes.apiVersion}: .status.phase`,
    );
  });

  it('leaves the object as it was after a conflict', async () => {
    const name = uniqueName('box');
    const before = await apply(name, 'a', { spec: { size: 1 } });
    expect((await apply(name, 'b', { spec: { size: 2, color: 'x' } })).code).toBe(409);
    expect((await server.raw.send('GET', `${boxes.path}/${name}`)).body).toEqual(before.body);
  });

  it.each<[string, Intent, string]>([
    ['an unknown field', { spec: { bogus: 1 } }, '.spec.bogus: field not declared in schema'],
    ['an unknown field within', { spec: { inner: { z: 1 } } }, '.spec.inner.z: field not declared in schema'],
    [
      'an unknown field of an item',
      { spec: { parts: [{ name: 'x', z: 1 }] } },
      '.spec.parts[name="x"].z: field not declared in schema',
    ],
    ['unknown metadata', { metadata: { foo: 1 } }, '.metadata.foo: field not declared in schema'],
    ['a word for a number', { spec: { size: 'x' } }, '.spec.size: expected numeric (int or float), got string'],
    ['a word for a list', { spec: { tags: 'x' } }, '.spec.tags: expected list, got &{x}'],
    ['a word for a map', { spec: { inner: 'x' } }, '.spec.inner: expected map, got &{x}'],
    ['a member twice', { spec: { tags: ['p', 'p'] } }, '.spec.tags: duplicate entries for key [="p"]'],
    [
      'null in a set',
      { spec: { tags: [null] } },
      ".spec.tags: element 0: associative list without keys has an element that's an explicit null",
    ],
    [
      'a map in a set',
      { spec: { tags: [{}] } },
      ".spec.tags: element 0: associative list without keys has an element that's a map type",
    ],
    [
      'a list in a set',
      { spec: { tags: ['a', []] } },
      '.spec.tags: element 1: not supported: associative list with lists as elements',
    ],
    [
      'an item twice',
      { spec: { parts: [{ name: 'x' }, { name: 'x' }] } },
      '.spec.parts: duplicate entries for key [name="x"]',
    ],
    [
      'null for an item',
      { spec: { parts: [null] } },
      '.spec.parts: element 0: associative list with keys may not have a null element',
    ],
    [
      'a word for an item',
      { spec: { parts: ['x'] } },
      '.spec.parts: element 0: associative list with keys may not have non-map elements',
    ],
    [
      'an item without its key',
      { spec: { parts: [{ count: 1 }] } },
      '.spec.parts: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
  ])('refuses %s, whatever validation is asked for', async (_what, intent, why) => {
    const name = uniqueName('box');
    const type = `(/${name}; ${boxes.apiVersion}, Kind=Box)`;
    for (const mode of MODES) {
      const answer = await apply(name, `a&fieldValidation=${mode}`, intent);
      expect([answer.code, answer.body.reason, answer.body.message]).toEqual([
        500,
        undefined,
        `failed to create typed patch object ${type}: ${why}`,
      ]);
    }
  });

  it.each<[string, object, string[]]>([
    ['a fraction for a whole number', { size: 1.5 }, ['FieldValueInvalid <nil>', 'FieldValueTypeInvalid spec.size']],
    ['neither a number nor a word', { either: true }, ['FieldValueTypeInvalid spec.either']],
    ['null where it may not be', { size: null, inner: { a: null } }, ['spec.inner.a', 'spec.size'].map(typeInvalid)],
    ['null for a list and a map', { tags: null, labels: null }, ['spec.labels', 'spec.tags'].map(typeInvalid)],
    ['null in a map', { labels: { x: null } }, [typeInvalid('spec.labels.x')]],
  ])('refuses %s after merging', async (_what, spec, causes) => {
    const answer = await apply(uniqueName('box'), 'a', { spec });
    expect([answer.code, causesOf(answer).sort()]).toEqual([422, causes]);
  });

  it.each<[string, object, number, string[]]>([
    ['a stale version', { resourceVersion: '1' }, 409, []],
    ['a version that is no number', { resourceVersion: 'x' }, 500, []],
    ['another uid', { uid: UID }, 422, ['FieldValueInvalid metadata.uid']],
    ['an empty uid', { uid: '' }, 200, []],
    [
      'a deletion time',
      { deletionTimestamp: '2020-01-01T00:00:00Z' },
      422,
      ['FieldValueInvalid metadata.deletionTimestamp'],
    ],
    ['another namespace', { namespace: 'other' }, 400, []],
    ['another name', { name: 'other' }, 400, []],
    ['owners of fields', { managedFields: [] }, 400, []],
    ['no owners of fields', { managedFields: null }, 200, []],
    [
      "what is the server's to say",
      { generation: 7, creationTimestamp: '2020-01-01T00:00:00Z', selfLink: 'x' },
      200,
      [],
    ],
  ])('judges an intent with %s', async (_what, metadata, code, causes) => {
    const name = uniqueName('box');
    await apply(name, 'a', { spec: { size: 1 } });
    const answer = await apply(name, 'a', { metadata, spec: { size: 2 } });
    expect([answer.code, causesOf(answer)]).toEqual([code, causes]);
  });

  it('takes the version that is there, and judges conflicts before a stale one', async () => {
    const name = uniqueName('box');
    const { resourceVersion } = (await apply(name, 'a', { spec: { size: 1 } })).body.metadata;
    const fresh = await apply(name, 'a', { metadata: { resourceVersion }, spec: { size: 2 } });
    expect([fresh.code, fresh.body.metadata.generation]).toEqual([200, 2]);
    const contested = await apply(name, 'b', { metadata: { resourceVersion }, spec: { size: 3 } });
    expect(causesOf(contested)).toEqual(['FieldManagerConflict .spec.size']);
    const forced = await apply(name, 'b&force=true', { metadata: { resourceVersion }, spec: { size: 3 } });
    expect([forced.code, causesOf(forced)]).toEqual([409, []]);
  });

  it('creates, whatever version an intent names, but nothing with a uid', async () => {
    const [named, identified] = [uniqueName('box'), uniqueName('box')];
    expect((await apply(named, 'a', { metadata: { resourceVersion: '1' } })).code).toBe(201);
    expect((await apply(identified, 'a', { metadata: { uid: UID } })).code).toBe(409);
    expect((await server.raw.send('GET', `${boxes.path}/${identified}`)).code).toBe(404);
  });

  it('creates nothing through the status', async () => {
    expect((await apply(uniqueName('box'), 'a', { status: { phase: 'P' } }, '/status')).code).toBe(404);
  });

  it.each(['', '[]', '5', 'null', '{', 'a: b: c', '{}', 'apiVersion: v1\nkind: Box', 'kind: Box\nkind: Box'])(
    'refuses the intent %j',
    async (body) => {
      const path = `${boxes.path}/${uniqueName('box')}?fieldManager=a`;
      const answer = await server.raw.send('PATCH', path, { body, headers: PATCH.apply });
      expect([answer.code, answer.body.reason]).toEqual([400, 'BadRequest']);
    },
  );

  it.each<[keyof typeof PATCH, string, number, string[]]>([
    ['apply', '', 422, ['FieldValueRequired fieldManager']],
    ['apply', `fieldManager=${'x'.repeat(129)}`, 422, ['FieldValueTooLong fieldManager']],
    ['apply', 'fieldManager=a%01', 422, ['FieldValueInvalid fieldManager']],
    ['apply', 'fieldManager=a&fieldValidation=nope', 422, ['FieldValueNotSupported fieldValidation']],
    ['merge', 'force=true', 422, ['FieldValueForbidden force']],
    ['merge', 'force=false', 422, ['FieldValueForbidden force']],
    ['json', 'force=true', 422, ['FieldValueForbidden force']],
  ])('refuses in a patch by %s the options %j', async (type, query, code, causes) => {
    const name = uniqueName('box');
    await apply(name, 'a', { spec: { size: 1 } });
    const body = type === 'json' ? [] : intentOf(name, { spec: {} });
    const answer = await server.raw.send('PATCH', `${boxes.path}/${name}?${query}`, { body, headers: PATCH[type] });
    expect([answer.code, answer.body.details.kind, causesOf(answer)]).toEqual([code, 'PatchOptions', causes]);
  });

  it('takes what nobody is known to own for the work of one before all', async () => {
    const name = uniqueName('box');
    await apply(name, 'a', { spec: { size: 1 } });
    await patch(name, 'u', { metadata: { managedFields: [{}] } });
    const refused = await apply(name, 'b', { spec: { size: 2 } });
    expect(refused.body.details.causes[0].message).toBe(`conflict with "before-first-apply" using ${boxes.apiVersion}`);
    const other = await apply(name, 'b', { spec: { color: 'x' } });
    expect(owned(other.body.metadata.managedFields)).toEqual({
      b: 'spec.color',
      'before-first-apply updates': 'spec spec.size',
    });
  });

  it('lists appliers before updaters', async () => {
    const name = uniqueName('box');
    await apply(name, 'z', { spec: { size: 1 } });
    await patch(name, 'a', { spec: { note: 'n' } });
    const { metadata } = (await apply(name, 'm', { spec: { color: 'x' } })).body;
    expect(metadata.managedFields.map(({ operation }: { operation: string }) => operation)).toEqual([
      'Apply',
      'Apply',
      'Update',
    ]);
    expect(metadata.managedFields[2].manager).toBe('a');
  });

  function intentOf(name: string, { metadata = {}, ...rest }: Intent): object {
    return { apiVersion: boxes.apiVersion, kind: 'Box', metadata: { name, ...metadata }, ...rest };
  }

  /** `manager` may carry more of the query. */
  async function apply(name: string, manager: string, intent: Intent, subresource = ''): Promise<RawAnswer> {
    const path = `${boxes.path}/${name}${subresource}?fieldManager=${manager}`;
    return await server.raw.send('PATCH', path, { body: intentOf(name, intent), headers: PATCH.apply });
  }

  async function patch(name: string, manager: string, body: object, subresource = ''): Promise<RawAnswer> {
    const path = `${boxes.path}/${name}${subresource}?fieldManager=${manager}`;
    return await server.raw.send('PATCH', path, { body, headers: PATCH.merge });
  }
});

/** An intent without its identity. */
interface Intent {
  metadata?: object;
  [field: string]: unknown;
}

function typeInvalid(field: string): string {
  return `FieldValueTypeInvalid ${field}`;
}
