import { describe, expect, it } from 'vitest';
import { defineThings, type Definition, ofSpec, thing } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer, uniqueName } from './servers.ts';

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const headers = { accept: TABLE };

const SPEC = {
  text: 'x',
  html: '<a>&b',
  list: ['x', 'y', 'z'],
  object: { b: 1, a: 'y' },
  whole: 5,
  half: 2.5,
  flag: true,
  items: [
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ],
  date: '2020-01-01T00:00:00Z',
  empty: '',
  nothing: null,
};

type Cell = string | number | boolean | null;
/** Path, then the cell as string, integer, number, boolean and date. */
const CELLS: [string, Cell, Cell, Cell, Cell, Cell][] = [
  ['.spec.text', 'x', null, null, null, '<invalid>'],
  ['.spec.html', '<a>&b', null, null, null, '<invalid>'],
  ['.spec.list', '["x","y","z"]', null, null, null, null],
  ['.spec.list[0]', 'x', null, null, null, '<invalid>'],
  ['.spec.list[-1]', 'z', null, null, null, '<invalid>'],
  ['.spec.list[9]', null, null, null, null, null],
  ['.spec.list[*]', 'x', null, null, null, '<invalid>'],
  ['.spec.list[1:2]', 'y', null, null, null, '<invalid>'],
  ['.spec.list[?(@=="y")]', 'y', null, null, null, '<invalid>'],
  ['.spec.object', '{"a":"y","b":1}', null, null, null, null],
  ['.spec.whole', '5', 5, 5, null, null],
  ['.spec.half', '2.5', 2, 2.5, null, null],
  ['.spec.flag', 'true', null, null, true, null],
  ['.spec.items[?(@.key=="b")].value', '2', 2, 2, null, null],
  ['.spec.items[?(@.value>1)].key', 'b', null, null, null, '<invalid>'],
  ['.spec.items[1,0].key', 'b', null, null, null, '<invalid>'],
  ['.spec.items[*].key', 'a', null, null, null, '<invalid>'],
  ['.spec..key', 'a', null, null, null, '<invalid>'],
  ['.spec.missing', null, null, null, null, null],
  ['.spec.empty', '', null, null, null, '<unknown>'],
  ['.spec.nothing', '<no value>', null, null, null, null],
  ['.kind', 'Thing', null, null, null, '<invalid>'],
  ['.metadata.labels.example\\.com/a', 'v', null, null, null, '<invalid>'],
];
const TYPES = ['string', 'integer', 'number', 'boolean', 'date'];

async function serve(server: ContractServer, columns?: object[]): Promise<Definition> {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const version = columns === undefined ? {} : { additionalPrinterColumns: columns };
  const definition = defineThings(ofSpec(open), { version });
  await server.createCrd(definition.crd);
  const labels = { 'example.com/a': 'v' };
  await server.raw.send('POST', definition.things, { body: thing(definition, SPEC, { labels }) });
  return definition;
}

onEachServer((server) => {
  describe('a table of custom objects', () => {
    it('has a cell for each column, by its path and type', async () => {
      const columns = CELLS.flatMap(([jsonPath]) =>
        TYPES.map((type) => ({ name: `${type} ${jsonPath}`, type, jsonPath })),
      );
      const definition = await serve(server, columns);
      const { body } = await server.raw.send('GET', definition.things, { headers });
      const [name, ...cells] = body.rows[0].cells as Cell[];
      expect(name).toBe('a');
      const found = CELLS.map(([path], index) => [path, ...cells.slice(index * 5, index * 5 + 5)]);
      expect(found).toEqual(CELLS);
    });

    it('defines its columns', async () => {
      const definition = await serve(server, [
        { name: 'Text', type: 'string', jsonPath: '.spec.text', description: 'A text.', priority: 1 },
        { name: 'Whole', type: 'integer', jsonPath: '.spec.whole', format: 'int32' },
      ]);
      const { body } = await server.raw.send('GET', definition.things, { headers });
      expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      const name = {
        name: 'Name',
        type: 'string',
        format: 'name',
        priority: 0,
        description: expect.any(String) as string,
      };
      expect(body.columnDefinitions).toEqual([
        name,
        { name: 'Text', type: 'string', format: '', description: 'A text.', priority: 1 },
        {
          name: 'Whole',
          type: 'integer',
          format: 'int32',
          description: 'Custom resource definition column (in JSONPath format): .spec.whole',
          priority: 0,
        },
      ]);
    });

    it('shows name and age where no columns are defined', async () => {
      const definition = await serve(server);
      const { body } = await server.raw.send('GET', `${definition.things}/a`, { headers });
      expect(body.columnDefinitions.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
        ['Name', 'string'],
        ['Age', 'date'],
      ]);
      expect(body.rows[0].cells[1]).toMatch(/^\d+s$/);
    });

    it('ends at a column whose path cannot be read', async () => {
      const definition = await serve(server, [
        { name: 'One', type: 'string', jsonPath: '.spec.text' },
        { name: 'Two', type: 'string', jsonPath: '.spec.list[' },
        { name: 'Three', type: 'string', jsonPath: '.spec.text' },
      ]);
      const { body } = await server.raw.send('GET', definition.things, { headers });
      expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'One']);
    });

    it('carries as much of the object as is asked for', async () => {
      const definition = await serve(server);
      const row = async (includeObject: string): Promise<{ object: { kind: string; spec?: object } | null }> =>
        (await server.raw.send('GET', `${definition.things}?includeObject=${includeObject}`, { headers })).body.rows[0];
      expect((await row('None')).object).toBeNull();
      expect((await row('Metadata')).object?.kind).toBe('PartialObjectMetadata');
      expect((await row('')).object?.kind).toBe('PartialObjectMetadata');
      expect((await row('Object')).object).toMatchObject({ kind: 'Thing', spec: { text: 'x' } });
    });
  });

  describe('a table of', () => {
    const cellsOf = async (path: string): Promise<[string, Cell][]> => {
      const { body } = await server.raw.send('GET', `${path}?includeObject=None`, { headers });
      const cells = body.rows[0].cells as Cell[];
      return body.columnDefinitions.map(({ name }: { name: string }, index: number) => [name, cells[index] ?? null]);
    };
    const age: [string, Cell] = ['Age', expect.stringMatching(/^\d+s$/) as string];

    it.each<[string, object, [string, Cell][]]>([
      ['configmaps', { data: { a: '1', b: '2' }, binaryData: { c: 'aGk=' } }, [['Data', 3]]],
      [
        'secrets',
        { data: { a: 'aGk=' } },
        [
          ['Type', 'Opaque'],
          ['Data', 1],
        ],
      ],
      ['serviceaccounts', {}, []],
    ])('%s', async (plural, content, cells) => {
      const path = `/api/v1/namespaces/${await server.createNamespace()}/${plural}`;
      await server.raw.send('POST', path, { body: { metadata: { name: 'x' }, ...content } });
      expect(await cellsOf(`${path}/x`)).toEqual([['Name', 'x'], ...cells, age]);
    });

    it('leases', async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${await server.createNamespace()}/leases`;
      const spec = { holderIdentity: 'me', leaseDurationSeconds: 9 };
      await server.raw.send('POST', path, { body: { metadata: { name: 'x' }, spec } });
      expect(await cellsOf(`${path}/x`)).toEqual([['Name', 'x'], ['Holder', 'me'], age]);
    });

    it('events, with what happened first', async () => {
      const namespace = await server.createNamespace();
      const path = `/api/v1/namespaces/${namespace}/events`;
      const involvedObject = { kind: 'Pod', name: 'p', namespace, fieldPath: 'spec.x' };
      const told = {
        type: 'Normal',
        reason: 'Why',
        message: ' what ',
        source: { component: 'c', host: 'h' },
        count: 3,
      };
      await server.raw.send('POST', path, { body: { metadata: { name: 'x' }, involvedObject, ...told } });
      expect(await cellsOf(`${path}/x`)).toEqual([
        ['Last Seen', '<unknown>'],
        ['Type', 'Normal'],
        ['Reason', 'Why'],
        ['Object', 'pod/p'],
        ['Subobject', 'spec.x'],
        ['Source', 'c, h'],
        ['Message', 'what'],
        ['First Seen', '<unknown>'],
        ['Count', 3],
        ['Name', 'x'],
      ]);
    });

    it('nodes, with more in wide output', async () => {
      const name = uniqueName('node');
      const labels = { 'node-role.kubernetes.io/worker': '' };
      await server.raw.send('POST', '/api/v1/nodes', { body: { metadata: { name, labels } } });
      const cells = await cellsOf(`/api/v1/nodes/${name}`);
      await server.raw.send('DELETE', `/api/v1/nodes/${name}`);
      expect(cells).toEqual([
        ['Name', name],
        ['Status', 'Unknown'],
        ['Roles', 'worker'],
        age,
        ['Version', ''],
        ['Internal-IP', '<none>'],
        ['External-IP', '<none>'],
        ['OS-Image', '<unknown>'],
        ['Kernel-Version', '<unknown>'],
        ['Container-Runtime', '<unknown>'],
      ]);
    });
  });
});
