import { beforeAll, describe, expect, it } from 'vitest';
import { gadgetText, gadgetYaml, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { onEachServer, uniqueName } from './servers.ts';

const YAML = { 'content-type': 'application/yaml' };

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

  describe('JSON', () => {
    it.each([
      '',
      ' ',
      '{',
      '}',
      '[]',
      'true',
      '1',
      '"x"',
      'nonsense',
      '{"a":}',
      '{"a":1,}',
      "{'a':1}",
      '{a:1}',
      '{"a":NaN}',
      '{"a":01}',
      '{"a":"\t"}',
      '{"a":"\\x"}',
      '// no\n{}',
      '\u0000',
      '{"metadata":[]}',
      '{"metadata":{"name":1}}',
      '{"metadata":{"labels":[]}}',
      '{"kind":1}',
      '{"kind":"Pod","apiVersion":"v1"}',
    ])('%j is refused as a bad request', async (text) => {
      for (const path of [configMaps, gadgets.path]) {
        const { code, body } = await post(path, text);
        expect([code, body.kind, body.status, body.reason]).toEqual([400, 'Status', 'Failure', 'BadRequest']);
      }
    });

    it.each([
      ['text', ' trailing'],
      ['a second document', '{}'],
      ['a brace', '}'],
    ])('with %s behind it is refused', async (_what, rest) => {
      const { code, body } = await post(gadgets.path, `${gadgetText(gadgets, 'trailing')}${rest}`);
      expect([code, body.reason]).toEqual([400, 'BadRequest']);
      expect(body.message).toContain("couldn't get version/kind; json parse error: ");
    });

    it('may have white space around it, but no byte order mark', async () => {
      const name = uniqueName();
      expect((await post(gadgets.path, `\n\t ${gadgetText(gadgets, name)}\r\n `)).code).toBe(201);
      expect((await post(gadgets.path, `\ufeff${gadgetText(gadgets, 'mark')}`)).code).toBe(400);
      expect((await post(gadgets.path, Buffer.from(gadgetText(gadgets, 'wide'), 'utf16le'))).code).toBe(400);
    });

    it('with bytes that are not UTF-8 is taken, and tells the replacement', async () => {
      const [head, tail] = [`{"metadata":{"name":"${uniqueName()}"},"data":{"v":"`, '"}}'];
      const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xfe]), Buffer.from(tail)]);
      const { code, body } = await post(configMaps, bytes);
      expect([code, body.data]).toEqual([201, { v: '\ufffd\ufffd' }]);
    });

    it('with null for a label is taken for an empty one', async () => {
      const labels = { a: null };
      const { code, body } = await post(configMaps, { metadata: { name: uniqueName(), labels } });
      expect([code, body.metadata.labels]).toEqual([201, { a: '' }]);
    });

    it('may hold NUL as an escape', async () => {
      const { body } = await post(configMaps, { metadata: { name: uniqueName() }, data: { v: 'a\0b' } });
      expect((await server.raw.send('GET', `${configMaps}/${body.metadata.name}`)).body.data).toEqual({ v: 'a\0b' });
    });
  });

  describe('YAML', () => {
    it.each(['a: [', 'a: b: c', '\ta: 1', '- a', 'x', '42', 'a: *b', '? [a]\n: b', '@', 'a: "\\q"', '{"a":1'])(
      '%j is refused as a bad request',
      async (text) => {
        for (const path of [configMaps, gadgets.path]) {
          const { code, body } = await post(path, text, YAML);
          expect([code, body.reason]).toEqual([400, 'BadRequest']);
        }
      },
    );

    it('is taken with a byte order mark, CR LF, comments, merged maps, and only its first document', async () => {
      const name = uniqueName();
      const annotations = '  annotations: {<<: {a: "1"}, b: "2"} # both\n';
      const text = `\ufeff${gadgetYaml(gadgets, name, annotations)}---\nmetadata: {name: second}\n`.replaceAll(
        '\n',
        '\r\n',
      );
      const { code, body } = await post(gadgets.path, text, YAML);
      expect([code, body.metadata.annotations]).toEqual([201, { a: '1', b: '2' }]);
    });

    it('is read with the booleans and integers of YAML 1.1', async () => {
      const { body } = await post(
        gadgets.path,
        gadgetYaml(gadgets, uniqueName(), 'spec: {size: 0x1F, color: 12:30}\n'),
        YAML,
      );
      expect(body.spec).toEqual({ size: 31, color: '12:30' });
      const { code } = await post(gadgets.path, gadgetYaml(gadgets, 'refused', 'spec: {color: yes}\n'), YAML);
      expect(code).toBe(422);
    });

    it('that names a key twice is taken with a warning, and refused when strictness is wanted', async () => {
      const name = uniqueName();
      const text = `${gadgetYaml(gadgets, 'first')}metadata:\n  name: ${name}\n`;
      const problem = 'line 6: key "metadata" already set in map';
      const { code, headers, body } = await post(gadgets.path, text, YAML);
      expect([code, body.metadata.name, headers['warning']]).toEqual([201, name, `299 - ${JSON.stringify(problem)}`]);
      const strict = await post(`${gadgets.path}?fieldValidation=Strict`, text, YAML);
      expect([strict.code, strict.body.message]).toEqual([
        400,
        `Gadget in version "v1" cannot be handled as a Gadget: strict decoding error: yaml: unmarshal errors:\n  ${problem}`,
      ]);
    });

    it.each(['', '\n', '---\n', '# nothing', '~', 'null'])('%j is an object without anything', async (text) => {
      const { code, body } = await post(configMaps, text, YAML);
      expect([code, body.details?.causes]).toEqual([
        422,
        [
          {
            reason: 'FieldValueRequired',
            field: 'metadata.name',
            message: 'Required value: name or generateName is required',
          },
        ],
      ]);
    });

    it('that grows by its aliases is refused', async () => {
      const lines = ['x0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
      for (let level = 1; level < 9; level += 1) {
        lines.push(`x${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(',')}]`);
      }
      const { code, body } = await post(gadgets.path, gadgetYaml(gadgets, 'bomb', lines.join('\n')), YAML);
      expect([code, body.reason]).toEqual([400, 'BadRequest']);
    });
  });
});
