import { describe, expect, it } from 'vitest';
import { defineThings, type Definition, ofSpec } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer } from './servers.ts';

const SOON = { timeout: 20_000, interval: 100 };
const text = { type: 'string', description: 'A text.' };

/** A schema that uses every word whose published form matters to clients. */
const SPEC = {
  type: 'object',
  description: 'What is wanted.',
  required: ['color'],
  properties: {
    color: { ...text, enum: ['Red', 'Green'], default: 'Red', pattern: '^[A-Z]', maxLength: 9 },
    size: { type: 'integer', format: 'int32', minimum: 1, maximum: 5, nullable: true },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 3 },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port'],
      items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' } } },
    },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    either: { 'x-kubernetes-int-or-string': true },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: text } },
    atom: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: text } },
    object: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    one: { type: 'object', properties: { a: text }, oneOf: [{ required: ['a'] }] },
  },
  'x-kubernetes-validations': [{ rule: 'self.color == "Red"', message: 'red' }],
};

type Document = Record<string, unknown>;
interface Properties {
  properties: Record<string, Document>;
}

async function serve(server: ContractServer): Promise<Definition> {
  const definition = defineThings(ofSpec(SPEC), { version: { subresources: { status: {} } } });
  await server.createCrd(definition.crd);
  return definition;
}

/** Name of the schema in documents: the group backwards. */
function schemaName({ group }: Definition): string {
  return `${group.split('.').toReversed().join('.')}.v1.Thing`;
}

/** The URL of a group-version's document, once its hash holds the schema. */
async function documentUrl(server: ContractServer, definition: Definition): Promise<string> {
  const key = `apis/${definition.group}/v1`;
  const find = async (): Promise<string | undefined> => {
    const { body, text: raw } = await server.raw.send('GET', '/openapi/v3');
    const { paths } = (body ?? JSON.parse(raw)) as { paths: Record<string, { serverRelativeURL: string }> };
    return paths[key]?.serverRelativeURL;
  };
  await expect.poll(find, SOON).toMatch(new RegExp(`^/openapi/v3/${key}\\?hash=[0-9A-F]{128}$`));
  return (await find()) ?? '';
}

onEachServer((server) => {
  describe('OpenAPI v3', () => {
    it('publishes the schema of a custom kind as it was written', async () => {
      const definition = await serve(server);
      const { body } = await server.raw.send('GET', await documentUrl(server, definition));
      const kind = body.components.schemas[schemaName(definition)] as Document & Properties;
      const { either, object, ...others } = (kind.properties['spec'] as unknown as Properties).properties;
      const { either: _either, object: _object, ...written } = SPEC.properties;
      expect(others).toEqual(written);
      expect({ ...kind.properties['spec'], properties: {} }).toEqual({ ...SPEC, properties: {} });
      expect(either).toEqual({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] });
      expect(object).toMatchObject({ required: ['kind', 'apiVersion'], 'x-kubernetes-embedded-resource': true });
      const group = definition.group;
      expect(kind['x-kubernetes-group-version-kind']).toEqual([{ group, kind: 'Thing', version: 'v1' }]);
      expect(kind.properties['metadata']).toMatchObject({
        allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
      });
    });

    it('tells what can be done at each path', async () => {
      const definition = await serve(server);
      const { body } = await server.raw.send('GET', await documentUrl(server, definition));
      const actions = (path: string): Record<string, string> =>
        Object.fromEntries(
          Object.entries(body.paths[path] as Record<string, Document>)
            .filter(([method]) => method !== 'parameters')
            .map(([method, operation]) => [method, String(operation['x-kubernetes-action'])]),
        );
      const things = `/apis/${definition.group}/v1/things`;
      expect(actions(things)).toEqual({ get: 'list', post: 'post', delete: 'deletecollection' });
      expect(actions(`${things}/{name}`)).toEqual({ get: 'get', put: 'put', patch: 'patch', delete: 'delete' });
      expect(actions(`${things}/{name}/status`)).toEqual({ get: 'get', put: 'put', patch: 'patch' });
      const patch = body.paths[`${things}/{name}`].patch as { requestBody: { content: object } };
      expect(Object.keys(patch.requestBody.content)).not.toContain('application/strategic-merge-patch+json');
      expect(Object.keys(patch.requestBody.content)).toContain('application/apply-patch+yaml');
    });

    it('may be kept for good at its hash, and moves on from another', async () => {
      const definition = await serve(server);
      const url = await documentUrl(server, definition);
      const { headers } = await server.raw.send('GET', url);
      expect(headers['cache-control']).toBe('public, immutable');
      expect(url).toContain(String(headers.etag).replaceAll('"', ''));
      const kept = await server.raw.send('GET', url, { headers: { 'if-none-match': headers.etag ?? '' } });
      expect(kept.code).toBe(304);
      const old = await server.raw.send('GET', url.replace(/hash=.*/, 'hash=ABC'));
      expect([old.code, old.headers.location]).toEqual([301, url]);
    });

    it('changes its hash with the schema, and goes with the definition', async () => {
      const definition = await serve(server);
      const before = await documentUrl(server, definition);
      const body = [{ op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/more', value: text }];
      const headers = { 'content-type': 'application/json-patch+json' };
      await server.raw.send('PATCH', definition.path, { body, headers });
      await expect.poll(async () => await documentUrl(server, definition), SOON).not.toBe(before);
      await server.raw.send('DELETE', definition.path);
      const path = `/openapi/v3/apis/${definition.group}/v1`;
      await expect.poll(async () => (await server.raw.send('GET', path)).code, SOON).toBe(404);
    });

    it('defines the schema of schemas once, by name', async () => {
      const { body } = await server.raw.send('GET', '/openapi/v3/apis/apiextensions.k8s.io/v1');
      const prefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
      const { properties } = body.components.schemas[`${prefix}JSONSchemaProps`] as Properties;
      expect(JSON.stringify(properties['not'])).toContain(`#/components/schemas/${prefix}JSONSchemaProps`);
    });
  });

  describe('OpenAPI v2', () => {
    it('says of a custom kind what it can, and leaves the rest open', async () => {
      const definition = await serve(server);
      const find = async (): Promise<Properties | undefined> => {
        const { body } = await server.raw.send('GET', '/openapi/v2');
        const kind = body.definitions[schemaName(definition)] as Properties | undefined;
        return kind?.properties['spec'] as unknown as Properties | undefined;
      };
      await expect.poll(async () => (await find()) !== undefined, SOON).toBe(true);
      const properties = (await find())?.properties ?? {};
      const { default: _default, ...color } = SPEC.properties.color;
      const { type: _type, nullable: _nullable, ...size } = SPEC.properties.size;
      expect(properties).toMatchObject({ color, ports: SPEC.properties.ports, labels: SPEC.properties.labels });
      expect(properties['color']).not.toHaveProperty('default');
      expect(properties['size']).toEqual(size);
      expect(properties['open']).toEqual({ 'x-kubernetes-preserve-unknown-fields': true });
      expect(properties['either']).toEqual({ 'x-kubernetes-int-or-string': true });
      expect(properties['one']).toEqual({ type: 'object', properties: { a: text } });
    });

    it('comes as protobuf to those who ask as kubectl does', async () => {
      const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
      const { code, headers, text: bytes } = await server.raw.send('GET', '/openapi/v2', { headers: { accept } });
      expect([code, headers['content-type']]).toEqual([
        200,
        'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      ]);
      // Field 1 is the version of Swagger, a string of three bytes.
      expect(bytes.slice(0, 5)).toBe('\n\u00032.0');
    });
  });
});
