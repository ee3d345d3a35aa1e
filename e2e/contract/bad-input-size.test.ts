import { beforeAll, describe, expect, it } from 'vitest';
import { createAt, gadget, gadgetText, gadgetYaml, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { onEachServer, uniqueName } from './servers.ts';

const YAML = { 'content-type': 'application/yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const MAX_BODY_BYTES = 3_145_728;

onEachServer((server) => {
  let gadgets: Gadgets;
  let configMaps: string;

  beforeAll(async () => {
    gadgets = await serveGadgets(server);
    configMaps = `/api/v1/namespaces/${gadgets.namespace}/configmaps`;
  });

  type Answer = Awaited<ReturnType<typeof server.raw.send>>;

  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await server.raw.send('POST', path, { body, headers });
  }

  describe('nesting', () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

    it('of 500 levels is read past where no field is declared', async () => {
      const { code, headers } = await post(gadgets.path, gadgetText(gadgets, uniqueName(), `,"deep":${nested(500)}`));
      expect([code, headers['warning']]).toEqual([201, '299 - "unknown field \\"deep\\""']);
    });

    it.each([11_000, 400_000])('of %i levels is refused', async (depth) => {
      expect((await post(gadgets.path, gadgetText(gadgets, 'deep', `,"deep":${nested(depth)}`))).code).toBe(400);
      expect((await post(gadgets.path, '['.repeat(depth))).code).toBe(400);
      expect(
        (await post(gadgets.path, gadgetYaml(gadgets, 'deep', `x: ${'['.repeat(depth)}${']'.repeat(depth)}`), YAML))
          .code,
      ).toBe(400);
    });
  });

  describe('size', () => {
    it('above 3 MiB is refused in whatever is sent', async () => {
      const { metadata } = await createAt(server, gadgets.path, gadget(gadgets, uniqueName()));
      const body = ' '.repeat(MAX_BODY_BYTES + 1);
      for (const [method, path, headers] of [
        ['POST', gadgets.path, {}],
        ['PUT', `${gadgets.path}/${metadata.name}`, {}],
        ['PATCH', `${gadgets.path}/${metadata.name}`, MERGE],
      ] as const) {
        const answer = await server.raw.send(method, path, { body, headers });
        expect([method, answer.code, answer.body.reason]).toEqual([method, 413, 'RequestEntityTooLarge']);
        expect(answer.body.message).toBe(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
      }
    });

    it('of 3 MiB is read', async () => {
      const text = gadgetText(gadgets, uniqueName());
      expect((await post(gadgets.path, text + ' '.repeat(MAX_BODY_BYTES - text.length))).code).toBe(201);
    });

    it('of labels does not count, of annotations ends at 256 KiB', async () => {
      const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`l${index}`, 'v']));
      const labelled = await post(gadgets.path, gadget(gadgets, uniqueName(), { labels }));
      expect(labelled.code).toBe(201);
      expect(Object.keys(labelled.body.metadata.labels)).toHaveLength(10_000);
      const annotated = (bytes: number): object => ({
        apiVersion: gadgets.apiVersion,
        kind: 'Gadget',
        metadata: { name: uniqueName(), annotations: { a: 'x'.repeat(bytes - 1) } },
      });
      expect((await post(gadgets.path, annotated(262_144))).code).toBe(201);
      const { code, body } = await post(gadgets.path, annotated(262_145));
      expect([code, body.details.causes]).toEqual([
        422,
        [{ reason: 'FieldValueTooLong', field: 'metadata.annotations', message: expect.stringContaining('262144') }],
      ]);
    });

    it('of a selector may be 100 KB', async () => {
      const { code } = await server.raw.send('GET', `${gadgets.path}?labelSelector=${'a,'.repeat(50_000)}a`);
      expect(code).toBe(200);
    });

    it('of a JSON patch ends at 10,000 operations', async () => {
      const { metadata } = await createAt(server, gadgets.path, gadget(gadgets, uniqueName()));
      const test = { op: 'test', path: '/metadata/name', value: metadata.name };
      const patch = async (count: number): Promise<number> => {
        const body = Array.from({ length: count }, () => test);
        return (await server.raw.send('PATCH', `${gadgets.path}/${metadata.name}`, { body, headers: JSON_PATCH })).code;
      };
      expect([await patch(10_000), await patch(10_001)]).toEqual([200, 413]);
    });
  });

  describe('content types', () => {
    it.each([
      'text/plain',
      'application/xml',
      'application/cbor',
      'application/merge-patch+json',
      'nonsense',
      ';',
      'application/x-www-form-urlencoded',
    ])('%s is refused with a list of those accepted', async (type) => {
      const headers = { 'content-type': type };
      for (const [method, path, name] of [
        ['POST', gadgets.path, 'typed'],
        ['PUT', `${gadgets.path}/typed`, 'typed'],
      ] as const) {
        const { code, body } = await server.raw.send(method, path, { body: gadgetText(gadgets, name), headers });
        expect([code, body.reason]).toEqual([415, 'UnsupportedMediaType']);
        expect(body.message).toContain(
          'in an unknown format - accepted media types include: application/json, application/yaml',
        );
      }
    });

    it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/yaml'])(
      '%s is taken',
      async (type) => {
        expect((await post(gadgets.path, gadgetText(gadgets, uniqueName()), { 'content-type': type })).code).toBe(201);
      },
    );

    it('of a patch is one of the patch types', async () => {
      const { metadata } = await createAt(server, gadgets.path, gadget(gadgets, uniqueName()));
      for (const type of ['application/json', 'application/strategic-merge-patch+json', 'text/plain']) {
        const headers = { 'content-type': type };
        const { code } = await server.raw.send('PATCH', `${gadgets.path}/${metadata.name}`, { body: '{}', headers });
        expect([type, code]).toEqual([type, 415]);
      }
    });

    it('of protobuf with something else in it is refused', async () => {
      const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
      for (const bytes of ['{}', 'k8s\0\u00ff\u00ff', 'k8s\0']) {
        const { code, body } = await post(configMaps, Buffer.from(bytes, 'latin1'), headers);
        expect([code, body.reason]).toEqual([400, 'BadRequest']);
      }
    });
  });
});
