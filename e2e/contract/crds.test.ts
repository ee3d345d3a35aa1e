import { describe, expect, it } from 'vitest';
import { causesOf, CRDS, defineThings, ofSpec, thing } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer } from './servers.ts';

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
/** A kube-apiserver acts on definitions some seconds after it has taken them. */
const SOON = { timeout: 20_000, interval: 50 };
const ANY = ofSpec({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });

async function conditions(server: ContractServer, path: string): Promise<string[]> {
  const { body } = await server.raw.send('GET', path);
  const found = (body.status?.conditions ?? []) as { type: string; status: string; reason: string }[];
  return found.map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort();
}

onEachServer((server) => {
  describe('a definition', () => {
    it('gets its defaults, is accepted, established and served', async () => {
      const definition = defineThings(ANY);
      const created = await server.raw.send('POST', CRDS, { body: definition.crd });
      expect(created.code).toBe(201);
      expect(created.body.metadata).toMatchObject({ name: definition.crd.metadata.name, generation: 1 });
      expect(created.body.spec).toMatchObject({
        conversion: { strategy: 'None' },
        names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
      });
      await expect
        .poll(async () => await conditions(server, definition.path), SOON)
        .toEqual(['Established True InitialNamesAccepted', 'NamesAccepted True NoConflicts']);
      const { body } = await server.raw.send('GET', definition.path);
      expect(body.status.acceptedNames).toEqual(body.spec.names);
      expect(body.status.storedVersions).toEqual(['v1']);
      expect(body.metadata.finalizers).toBeUndefined();
      await expect.poll(async () => (await server.raw.send('GET', definition.things)).code, SOON).toBe(200);
    });

    it('that exists is not created again', async () => {
      const definition = defineThings(ANY);
      await server.createCrd(definition.crd);
      const { code, body } = await server.raw.send('POST', CRDS, { body: definition.crd });
      expect([code, body.reason, body.details.kind]).toEqual([409, 'AlreadyExists', 'customresourcedefinitions']);
    });

    it('keeps nothing that its type does not have', async () => {
      const definition = defineThings({ ...ANY, nullable: false, description: '', foo: 1 });
      const { body, headers } = await server.raw.send('POST', `${CRDS}?dryRun=All`, { body: definition.crd });
      expect(body.spec.versions[0].schema.openAPIV3Schema).toEqual(ANY);
      expect(headers['warning']).toContain('spec.versions[0].schema.openAPIV3Schema.foo');
    });

    it('keeps scope, kind, group and plural', async () => {
      const definition = defineThings(ANY);
      await server.createCrd(definition.crd);
      const change = async (path: string, value: string): Promise<string[]> => {
        const body = [{ op: 'replace', path, value }];
        return causesOf((await server.raw.send('PATCH', definition.path, { body, headers: JSON_PATCH })).body);
      };
      expect(await change('/spec/scope', 'Namespaced')).toEqual(['FieldValueInvalid spec.scope']);
      expect(await change('/spec/names/kind', 'Other')).toEqual(['FieldValueInvalid spec.names.kind']);
      expect(await change('/spec/group', 'other.example.com')).toContain('FieldValueInvalid spec.group');
      expect(await change('/spec/names/plural', 'others')).toContain('FieldValueInvalid spec.names.plural');
    });

    it('keeps versions that objects were stored in', async () => {
      const definition = defineThings(ANY);
      await server.createCrd(definition.crd);
      const [v1] = definition.crd.spec['versions'] as object[];
      const versions = [{ ...v1, name: 'v2' }];
      const body = [{ op: 'replace', path: '/spec/versions', value: versions }];
      const answer = await server.raw.send('PATCH', definition.path, { body, headers: JSON_PATCH });
      expect(causesOf(answer.body)).toEqual(['FieldValueInvalid status.storedVersions[0]']);
    });

    it('serves a changed schema', async () => {
      const definition = defineThings(ofSpec({ type: 'object', properties: { a: { type: 'string' } } }));
      await server.createCrd(definition.crd);
      const value = ofSpec({ type: 'object', properties: { b: { type: 'string' } } });
      const body = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value }];
      expect(
        (await server.raw.send('PATCH', definition.path, { body, headers: JSON_PATCH })).body.metadata.generation,
      ).toBe(2);
      const sent = thing(definition, { a: '1', b: '2' });
      await expect
        .poll(
          async () => (await server.raw.send('POST', `${definition.things}?dryRun=All`, { body: sent })).body.spec,
          SOON,
        )
        .toEqual({ b: '2' });
    });
  });

  describe('versions', () => {
    const served = { served: true, storage: false, schema: { openAPIV3Schema: ANY } };

    it('show the same object, each under its own name', async () => {
      const versions = [
        { ...served, name: 'v1', storage: true },
        { ...served, name: 'v2' },
      ];
      const definition = defineThings(ANY, { spec: { versions } });
      await server.createCrd(definition.crd);
      await server.raw.send('POST', definition.things, { body: thing(definition, { x: 1 }) });
      await expect
        .poll(async () => (await server.raw.send('GET', `/apis/${definition.group}/v2/things/a`)).body.apiVersion, SOON)
        .toBe(`${definition.group}/v2`);
      const list = await server.raw.send('GET', `/apis/${definition.group}/v2/things`);
      expect(list.body.items[0]).toMatchObject({ apiVersion: `${definition.group}/v2`, spec: { x: 1 } });
    });

    it('that are not served are not found', async () => {
      const versions = [
        { ...served, name: 'v1', storage: true },
        { ...served, name: 'v2', served: false },
      ];
      const definition = defineThings(ANY, { spec: { versions } });
      await server.createCrd(definition.crd);
      expect((await server.raw.send('GET', `/apis/${definition.group}/v2/things`)).code).toBe(404);
    });

    it('that are deprecated draw a warning', async () => {
      const version = { deprecated: true, deprecationWarning: 'use another' };
      const definition = defineThings(ANY, { version });
      await server.createCrd(definition.crd);
      const { headers } = await server.raw.send('GET', definition.things);
      expect(headers['warning']).toBe('299 - "use another"');
    });
  });

  it('is not established while another has its names, and is once they are free', async () => {
    const first = defineThings(ANY);
    await server.createCrd(first.crd);
    const names = { plural: 'others', kind: 'Thing' };
    const name = `others.${first.group}`;
    const second = { ...first.crd, metadata: { name }, spec: { ...first.crd.spec, names } };
    await server.raw.send('POST', CRDS, { body: second });
    const path = `${CRDS}/${name}`;
    await expect
      .poll(async () => await conditions(server, path), SOON)
      .toEqual(['Established False NotAccepted', 'NamesAccepted False ListKindConflict']);
    const { body } = await server.raw.send('GET', path);
    expect(body.status.acceptedNames).toEqual({ kind: '', plural: 'others' });
    expect((await server.raw.send('GET', `/apis/${first.group}/v1/others`)).code).toBe(404);
    await server.raw.send('DELETE', first.path);
    await expect
      .poll(async () => (await server.raw.send('GET', `/apis/${first.group}/v1/others`)).code, SOON)
      .toBe(200);
  });

  it('deletes a definition with its objects, after their finalizers', async () => {
    const definition = defineThings(ANY);
    await server.createCrd(definition.crd);
    const held = thing(definition, {}, { finalizers: ['example.com/hold'] });
    await server.raw.send('POST', definition.things, { body: held });
    await server.raw.send('POST', definition.things, { body: thing(definition, {}, { name: 'free' }) });
    const deleted = await server.raw.send('DELETE', definition.path);
    expect(deleted.body.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await expect.poll(async () => (await server.raw.send('GET', definition.things)).body.items?.length, SOON).toBe(1);
    expect((await server.raw.send('GET', definition.path)).body.metadata.deletionTimestamp).toBeDefined();
    const body = [{ op: 'remove', path: '/metadata/finalizers' }];
    await server.raw.send('PATCH', `${definition.things}/a`, { body, headers: JSON_PATCH });
    await expect.poll(async () => (await server.raw.send('GET', definition.path)).code, SOON).toBe(404);
    await expect.poll(async () => (await server.raw.send('GET', definition.things)).code, SOON).toBe(404);
  });

  it('serves a definition of the same name again, with another schema and no objects', async () => {
    const first = defineThings(ofSpec({ type: 'object', properties: { a: { type: 'string' } } }));
    await server.createCrd(first.crd);
    await server.raw.send('POST', first.things, { body: thing(first, { a: 'x' }) });
    await server.raw.send('DELETE', first.path);
    await expect.poll(async () => (await server.raw.send('GET', first.path)).code, SOON).toBe(404);
    const schema = { openAPIV3Schema: ofSpec({ type: 'object', properties: { b: { type: 'integer' } } }) };
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    await server.createCrd({ ...first.crd, spec: { ...first.crd.spec, versions } });
    await expect
      .poll(async () => {
        const { body } = await server.raw.send('POST', `${first.things}?dryRun=All`, {
          body: thing(first, { a: 'x', b: 1 }),
        });
        return body.spec;
      }, SOON)
      .toEqual({ b: 1 });
    expect((await server.raw.send('GET', first.things)).body.items).toEqual([]);
  });
});
