import { describe, expect, it } from 'vitest';
import { defineThings, type Definition, ofSpec, thing } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer } from './servers.ts';

const text = { type: 'string', maxLength: 50 };
const PROPERTIES = {
  name: text,
  size: { type: 'integer' },
  namespace: text,
  'foo-bar': text,
  tags: { type: 'array', maxItems: 9, 'x-kubernetes-list-type': 'set', items: text },
  ports: {
    type: 'array',
    maxItems: 9,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port'],
    items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, name: text } },
  },
  limits: { type: 'object', properties: { cpu: { type: 'integer' } } },
};

/** A kube-apiserver serves a changed definition some seconds after it has taken it. */
const SOON = { timeout: 15_000, interval: 50 };

async function serve(server: ContractServer, rules: object[], properties: object = PROPERTIES): Promise<Definition> {
  const definition = defineThings(ofSpec({ type: 'object', properties, 'x-kubernetes-validations': rules }));
  await server.createCrd(definition.crd);
  return definition;
}

/** Creates a Thing, then changes its spec; gives the causes of each. */
async function write(server: ContractServer, definition: Definition, specs: unknown[]): Promise<unknown[]> {
  const told: unknown[] = [];
  const [first, ...rest] = specs;
  const created = await server.raw.send('POST', definition.things, { body: thing(definition, first) });
  told.push(created.body.details?.causes ?? 'taken');
  for (const spec of rest) {
    const patch = [{ op: 'replace', path: '/spec', value: spec }];
    const headers = { 'content-type': 'application/json-patch+json' };
    const { body } = await server.raw.send('PATCH', `${definition.things}/a`, { body: patch, headers });
    told.push(body.details?.causes ?? 'taken');
  }
  return told;
}

function cause(message: string, field = 'spec', reason = 'FieldValueInvalid'): object[] {
  return [{ reason, message, field }];
}

onEachServer((server) => {
  describe('CEL rules', () => {
    it('say their message, or themselves', async () => {
      const definition = await serve(server, [
        { rule: 'self.size > 1', message: ' too small ' },
        { rule: 'self.size < 9' },
      ]);
      const [low] = await write(server, definition, [{ size: 0 }]);
      expect(low).toEqual(cause('Invalid value: too small'));
      const [high] = await write(server, definition, [{ size: 10 }]);
      expect(high).toEqual(cause('Invalid value: failed rule: self.size < 9'));
    });

    it('say what their message expression makes, or their message where it fails', async () => {
      const expression = `'the size of ' + self.name`;
      const definition = await serve(server, [
        { rule: 'self.size > 1', message: 'fixed', messageExpression: expression },
      ]);
      const [made] = await write(server, definition, [{ size: 0, name: 'x' }]);
      expect(made).toEqual(cause('Invalid value: the size of x'));
      const [failed] = await write(server, definition, [{ size: 0 }]);
      expect(failed).toEqual(cause('Invalid value: fixed'));
    });

    it.each([
      ['FieldValueForbidden', 'Forbidden: no'],
      ['FieldValueRequired', 'Required value: no'],
      ['FieldValueDuplicate', 'Duplicate value'],
      ['FieldValueInvalid', 'Invalid value: no'],
    ])('tell the reason %s at the field that they name', async (reason, message) => {
      const definition = await serve(server, [
        { rule: 'self.size > 1', message: 'no', reason, fieldPath: '.limits.cpu' },
      ]);
      const [told] = await write(server, definition, [{ size: 0 }]);
      expect(told).toEqual(cause(message, 'spec.limits.cpu', reason));
    });

    it('tell the value of a scalar', async () => {
      const size = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', message: 'no' }] };
      const definition = await serve(server, [], { size });
      expect(await write(server, definition, [{ size: 0 }])).toEqual([cause('Invalid value: 0: no', 'spec.size')]);
    });

    it('are violated by what they cannot compute', async () => {
      const definition = await serve(server, [{ rule: 'self.limits.cpu / self.size > 1', message: 'no' }]);
      expect(await write(server, definition, [{ size: 0, limits: { cpu: 1 } }])).toEqual([
        cause('Invalid value: "object": division by zero evaluating rule: no'),
      ]);
      expect(await write(server, definition, [{ size: 1 }])).toEqual([
        cause('Invalid value: "object": no such key: limits evaluating rule: no'),
      ]);
    });

    it('reach fields by their escaped names', async () => {
      const definition = await serve(server, [
        { rule: `self.__namespace__ == 'n' && self.foo__dash__bar == 'f'`, message: 'no' },
      ]);
      expect(await write(server, definition, [{ namespace: 'n', 'foo-bar': 'f' }])).toEqual(['taken']);
    });

    it('see the names in metadata at the root', async () => {
      const definition = defineThings({
        ...ofSpec({ type: 'object' }),
        'x-kubernetes-validations': [{ rule: `self.metadata.name.startsWith('a')`, message: 'name it a…' }],
      });
      await server.createCrd(definition.crd);
      const body = thing(definition, {}, { name: 'b' });
      const { body: refused } = await server.raw.send('POST', definition.things, { body });
      expect(refused.details.causes).toEqual(cause('Invalid value: name it a…', '<nil>'));
    });
  });

  describe('transition rules', () => {
    it('run on updates only', async () => {
      const definition = await serve(server, [{ rule: 'self.size >= oldSelf.size', message: 'may only grow' }]);
      expect(await write(server, definition, [{ size: 2 }, { size: 3 }, { size: 1 }])).toEqual([
        'taken',
        'taken',
        cause('Invalid value: may only grow'),
      ]);
    });

    it('run on create too with an optional oldSelf', async () => {
      const rule = 'oldSelf.hasValue() ? self.size >= oldSelf.value().size : self.size == 1';
      const definition = await serve(server, [{ rule, message: 'no', optionalOldSelf: true }]);
      expect(await write(server, definition, [{ size: 2 }])).toEqual([cause('Invalid value: no')]);
      expect(await write(server, definition, [{ size: 1 }, { size: 5 }, { size: 4 }])).toEqual([
        'taken',
        'taken',
        cause('Invalid value: no'),
      ]);
    });

    it('find the old item of a keyed list by its key', async () => {
      const items = {
        ...PROPERTIES.ports.items,
        'x-kubernetes-validations': [{ rule: 'self.name == oldSelf.name', message: 'fixed name' }],
      };
      const definition = await serve(server, [], { ports: { ...PROPERTIES.ports, items } });
      const [a, b] = [
        { port: 1, name: 'a' },
        { port: 2, name: 'b' },
      ];
      expect(
        await write(server, definition, [{ ports: [a] }, { ports: [b, a] }, { ports: [{ ...a, name: 'c' }, b] }]),
      ).toEqual(['taken', 'taken', cause('Invalid value: fixed name', 'spec.ports[0]')]);
    });

    it('do not see the order of sets and keyed lists', async () => {
      const definition = await serve(server, [{ rule: 'self == oldSelf', message: 'immutable' }]);
      const ports = [{ port: 1 }, { port: 2 }];
      expect(
        await write(server, definition, [
          { tags: ['a', 'b'], ports },
          { tags: ['b', 'a'], ports: ports.toReversed() },
          { tags: ['b', 'c'], ports },
        ]),
      ).toEqual(['taken', 'taken', cause('Invalid value: immutable')]);
    });
  });

  it('leaves what is stored alone when a rule comes later', async () => {
    const definition = await serve(server, [{ rule: 'true' }]);
    expect(await write(server, definition, [{ size: 0, limits: { cpu: 1 } }])).toEqual(['taken']);
    const limits = { ...PROPERTIES.limits, 'x-kubernetes-validations': [{ rule: 'self.cpu > 5', message: 'more' }] };
    const stricter = ofSpec({ type: 'object', properties: { ...PROPERTIES, limits } });
    const patch = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: stricter }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect((await server.raw.send('PATCH', definition.path, { body: patch, headers })).code).toBe(200);
    const refused = thing(definition, { limits: { cpu: 1 } }, { name: 'b' });
    await expect
      .poll(
        async () => (await server.raw.send('POST', `${definition.things}?dryRun=All`, { body: refused })).code,
        SOON,
      )
      .toBe(422);
    const change = [{ op: 'replace', path: '/spec/size', value: 1 }];
    expect((await server.raw.send('PATCH', `${definition.things}/a`, { body: change, headers })).code).toBe(200);
    const worse = [{ op: 'replace', path: '/spec/limits/cpu', value: 2 }];
    const { body } = await server.raw.send('PATCH', `${definition.things}/a`, { body: worse, headers });
    expect(body.details.causes).toEqual(cause('Invalid value: more', 'spec.limits'));
  });
});
