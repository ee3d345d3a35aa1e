import { beforeAll, describe, expect, it } from 'vitest';
import { gadgetText, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { talk } from './fixtures/raw-socket.ts';
import { onEachServer, uniqueName } from './servers.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

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

  describe('names that JavaScript gives a meaning to', () => {
    const NAMES = { constructor: 'c', prototype: 'p', toString: 't', hasOwnProperty: 'h' };

    it('are keys like any others, and stored as sent', async () => {
      const name = uniqueName();
      const data = `{"__proto__":"x",${JSON.stringify(NAMES).slice(1)}`;
      const annotations = JSON.stringify(NAMES);
      const text = `{"metadata":{"name":"${name}","labels":${annotations},"annotations":${annotations}},"data":${data}}`;
      expect((await post(configMaps, text)).code).toBe(201);
      const stored = await server.raw.send('GET', `${configMaps}/${name}`);
      expect(entries(stored.body.data)).toEqual(entries(JSON.parse(data)));
      expect(entries(stored.body.metadata.annotations)).toEqual(entries(NAMES));
      const patched = await server.raw.send('PATCH', `${configMaps}/${name}`, {
        body: '{"data":{"__proto__":"y","valueOf":"v"}}',
        headers: MERGE,
      });
      expect([patched.code, entries(patched.body.data)]).toEqual([
        200,
        entries(JSON.parse(data.replace('"x"', '"y"').replace('}', ',"valueOf":"v"}'))),
      ]);
      const operations =
        '[{"op":"replace","path":"/data/__proto__","value":"z"},{"op":"add","path":"/data/isPrototypeOf","value":"i"}]';
      const again = await server.raw.send('PATCH', `${configMaps}/${name}`, { body: operations, headers: JSON_PATCH });
      expect([again.code, Object.getOwnPropertyDescriptor(again.body.data, '__proto__')?.value]).toEqual([200, 'z']);
    });

    it('are no more than unknown fields at the top', async () => {
      const text = gadgetText(
        gadgets,
        uniqueName(),
        ',"__proto__":{"spec":{"color":"red"}},"constructor":{"prototype":{"x":1}}',
      );
      const { code, headers, body } = await post(gadgets.path, text);
      expect([code, body.spec]).toEqual([201, {}]);
      expect(headers['warning']).toContain('unknown field \\"__proto__\\"');
      expect(headers['warning']).toContain('unknown field \\"constructor\\"');
    });

    it('are refused where no label, annotation or field can be called so', async () => {
      const metadata = '"metadata":{"name":"odd","labels":{"__proto__":"x"},"annotations":{"__proto__":"x"}}';
      const { code, body } = await post(configMaps, `{${metadata}}`);
      expect([code, body.details.causes.map(({ field }: { field: string }) => field)]).toEqual([
        422,
        ['metadata.labels', 'metadata.annotations'],
      ]);
      expect((await server.raw.send('GET', `${configMaps}?fieldSelector=__proto__%3Dx`)).code).toBe(400);
      expect((await server.raw.send('GET', `${configMaps}?labelSelector=__proto__`)).code).toBe(400);
    });

    it.each([
      '/api/v1/__proto__',
      '/api/__proto__/pods',
      '/apis/__proto__',
      '/apis/constructor/v1/toString',
      '/api/v1/namespaces/__proto__',
      '/api/v1/namespaces/default/configmaps/constructor',
      '/openapi/v3/__proto__',
      '/healthz/constructor',
    ])('name nothing in %s', async (path) => {
      expect((await server.raw.send('GET', path)).code).toBe(404);
    });
  });

  describe('paths', () => {
    it.each<[string, number]>([
      ['/api/v1/namespaces/default/configmaps/a%2Fb', 404],
      ['/api/v1/namespaces/%2e%2e', 400],
      ['/api/v1/namespaces/..', 400],
      ['/api/v1/../v1/namespaces/default', 404],
      ['/./api/v1/namespaces/default', 404],
      ['/api/v1/namespaces/%2E', 400],
      ['/api/v1/namespaces/a%25b', 400],
      ['/api/v1/namespaces/a%00', 404],
      ['/api/v1/namespaces/%ff', 404],
      ['/api/v1/namespaces/a%0d%0ax', 404],
      ['/api/v1/namespaces/default/', 200],
      ['/api/v1/namespaces/default//', 200],
      ['/api/v1//namespaces/default', 404],
      ['//api/v1/namespaces/default', 404],
      ['/API/v1/namespaces', 404],
      ['/api/v1/Namespaces', 404],
      ['/api/v1/%6eamespaces/default', 200],
      [`/api/v1/namespaces/${'x'.repeat(300)}`, 404],
      ['/api/v1/namespaces/default/configmaps/a/b/c/d', 404],
      ['/api/v1/configmaps/a', 404],
      ['/api/v2/configmaps', 404],
      ['/apis/nowhere/v1/things', 404],
      ['/nowhere', 404],
    ])('%s is answered with %i', async (path, code) => {
      // Over a plain socket: HTTP clients put paths in order before they send them.
      const head = `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.adminToken}\r\n\r\n`;
      expect((await talk(server, head)).codes).toEqual([code]);
    });

    it('refuse names with a reason', async () => {
      const { body } = await server.raw.send('GET', `${gadgets.path}/%252e`);
      expect([body.reason, body.message]).toEqual([
        'BadRequest',
        'Name parameter invalid: "%2e": may not contain \'%\'',
      ]);
    });

    it.each([
      ['POST', '/api/v1/namespaces/default', 405],
      ['PUT', '/api/v1/namespaces', 405],
      ['PATCH', '/api/v1/namespaces', 405],
      ['OPTIONS', '/api/v1/namespaces', 405],
      ['TRACE', '/api/v1/namespaces/default', 405],
      ['PROPFIND', '/api/v1/namespaces', 405],
      ['DELETE', '/api', 405],
    ])('refuse %s of %s', async (method, path, code) => {
      const answer = await server.raw.send(method, path, method === 'TRACE' ? {} : { body: '{}', headers: MERGE });
      expect([answer.code, answer.body.reason, answer.body.details]).toEqual([code, 'MethodNotAllowed', {}]);
    });
  });

  it('ignores query parameters that are unknown or malformed', async () => {
    const { code, body } = await server.raw.send('GET', `${gadgets.path}?foo=bar&__proto__=1&%zz=1&limit=%zz&a;b=1&&=`);
    expect([code, body.kind]).toEqual([200, 'GadgetList']);
  });
});

/** Own entries in the order of their keys, also of one named `__proto__`. */
function entries(object: Record<string, string>): [string, string][] {
  return Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
