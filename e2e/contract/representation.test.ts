import { gunzipSync } from 'node:zlib';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAt, gadget, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { onEachServer } from './servers.ts';

const JSON_TYPE = 'application/json';

onEachServer((server) => {
  let gadgets: Gadgets;
  let configMaps: string;

  beforeAll(async () => {
    gadgets = await serveGadgets(server);
    configMaps = `/api/v1/namespaces/${gadgets.namespace}/configmaps`;
    await createAt(server, gadgets.path, gadget(gadgets, 'a', { spec: { color: 'red' } }));
    await createAt(server, configMaps, { metadata: { name: 'a' }, data: { v: 'yes', n: '1' } });
  });

  async function get(path: string, headers: Record<string, string> = {}): ReturnType<typeof server.raw.send> {
    return await server.raw.send('GET', path, { headers });
  }

  describe('an answer', () => {
    it('must not be kept by caches, and has an id for the audit', async () => {
      const { headers } = await get(`${configMaps}/a`);
      expect(headers).toMatchObject({ 'content-type': JSON_TYPE, 'cache-control': 'no-cache, private' });
      expect(headers['audit-id']).toMatch(/^[\da-f-]{36}$/);
      expect((await get(`${configMaps}/a`, { 'audit-id': 'mine-1' })).headers['audit-id']).toBe('mine-1');
    });

    it('is JSON for clients that name it, that name nothing, or that name Kubernetes’ other forms as well', async () => {
      for (const accept of [
        JSON_TYPE,
        '*/*',
        '',
        'application/json;q=0.9, text/html;q=0.1',
        'application/cbor, application/json',
        'application/json; charset=utf-8',
      ]) {
        const { code, headers, body } = await get(`${gadgets.path}/a`, { accept });
        expect([accept, code, headers['content-type'], body.kind]).toEqual([accept, 200, JSON_TYPE, 'Gadget']);
      }
    });

    it('is YAML for clients that prefer it, errors too', async () => {
      for (const accept of ['application/yaml', 'application/json;q=0.1, application/yaml']) {
        for (const path of [`${gadgets.path}/a`, `${configMaps}/a`, configMaps, `${gadgets.path}/nobody`]) {
          const { code, body } = await get(path);
          const yaml = await get(path, { accept });
          expect([yaml.code, yaml.headers['content-type']]).toEqual([code, 'application/yaml']);
          expect(load(yaml.text)).toEqual(body);
        }
      }
    });

    it('of another form is refused', async () => {
      for (const accept of [
        'text/html',
        'application/cbor',
        'garbage',
        'application/json;as=Nothing;v=v1;g=meta.k8s.io',
      ]) {
        const { code, body } = await get(`${gadgets.path}/a`, { accept });
        expect([code, body.reason]).toEqual([406, 'NotAcceptable']);
        expect(body.message).toContain(
          'only the following media types are accepted: application/json, application/yaml',
        );
      }
    });

    it('has line breaks for people', async () => {
      const plain = await get(`${configMaps}/a`);
      for (const [query, agent] of [
        ['?pretty=true', ''],
        ['?pretty=1', ''],
        ['', 'curl/8.0'],
        ['', 'Mozilla/5.0 (X11)'],
      ] as const) {
        const { text, body } = await get(`${configMaps}/a${query}`, { 'user-agent': agent });
        expect(body).toEqual(plain.body);
        expect(text).toMatch(/^\{\n {2}"/);
      }
      expect(plain.text.trimEnd()).not.toContain('\n');
      expect((await get(`${configMaps}/a?pretty=false`, { 'user-agent': 'curl/8.0' })).text.trimEnd()).not.toContain(
        '\n',
      );
    });
  });

  describe('compression', () => {
    /** The bytes of an answer as sent. */
    async function bytesOf(path: string): Promise<{ headers: Record<string, unknown>; bytes: Buffer }> {
      const sent = httpsRequest(new URL(path, server.url), {
        ca: server.caPem,
        headers: { authorization: `Bearer ${server.adminToken}`, 'accept-encoding': 'deflate, gzip' },
      }).end();
      const [response] = await once(sent, 'response');
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { headers: response.headers, bytes: Buffer.concat(chunks) };
    }

    it('is for large answers, where the client wants it', async () => {
      const text = 'large '.repeat(40_000);
      await createAt(server, configMaps, { metadata: { name: 'large' }, data: { text } });
      const { headers, bytes } = await bytesOf(`${configMaps}/large`);
      expect([headers['content-encoding'], headers['vary']]).toEqual(['gzip', 'Accept-Encoding']);
      expect(bytes.length).toBeLessThan(text.length / 10);
      expect(JSON.parse(gunzipSync(bytes).toString()).data.text).toBe(text);
      expect((await get(`${configMaps}/large`)).body.data.text).toBe(text);
      const small = await bytesOf(`${configMaps}/a`);
      expect(small.headers['content-encoding']).toBeUndefined();
      expect(JSON.parse(small.bytes.toString()).metadata.name).toBe('a');
    });
  });

  describe('metadata alone', () => {
    const form = (as: string): Record<string, string> => ({ accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });

    it('is given of an object and of a list', async () => {
      const { body } = await get(`${gadgets.path}/a`);
      const { metadata } = body;
      const item = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
      expect((await get(`${gadgets.path}/a`, form('PartialObjectMetadata'))).body).toEqual(item);
      const list = (await get(gadgets.path, form('PartialObjectMetadataList'))).body;
      expect([list.kind, list.apiVersion]).toEqual(['PartialObjectMetadataList', 'meta.k8s.io/v1']);
      expect(list.items.map((partial: { metadata: object }) => partial.metadata)).toEqual([metadata]);
    });

    it('is refused where the form does not fit', async () => {
      expect((await get(gadgets.path, form('PartialObjectMetadata'))).code).toBe(406);
      expect((await get(`${configMaps}/a`, form('PartialObjectMetadataList'))).code).toBe(406);
    });
  });

  describe('a table', () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

    it.each([
      ['', 'PartialObjectMetadata'],
      ['Metadata', 'PartialObjectMetadata'],
      ['Object', 'Gadget'],
      ['None', undefined],
    ])('with includeObject=%s holds %s', async (include, kind) => {
      for (const path of [gadgets.path, `${gadgets.path}/a`]) {
        const { body } = await get(`${path}?includeObject=${include}`, { accept });
        expect([body.kind, body.apiVersion]).toEqual(['Table', 'meta.k8s.io/v1']);
        expect(body.rows).toHaveLength(1);
        expect(body.rows[0].cells).toEqual(['a', 'red']);
        expect(body.rows[0].object?.kind).toBe(kind);
        expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
      }
    });

    it('with another includeObject is refused', async () => {
      const { code, body } = await get(`${gadgets.path}?includeObject=Some`, { accept });
      expect([code, body.reason]).toEqual([400, 'BadRequest']);
      expect(body.message).toContain("must be 'Metadata', 'Object', 'None', or empty");
    });

    it('pages as a list does', async () => {
      await createAt(server, gadgets.path, gadget(gadgets, 'b'));
      const first = (await get(`${gadgets.path}?limit=1`, { accept })).body;
      expect([first.rows[0].cells[0], first.metadata.remainingItemCount]).toEqual(['a', 1]);
      const second = (await get(`${gadgets.path}?limit=1&continue=${first.metadata.continue}`, { accept })).body;
      expect(second.rows[0].cells[0]).toBe('b');
    });
  });
});
