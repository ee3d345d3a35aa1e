import { describe, expect, it } from 'vitest';
import { defineThings, type Definition, ofSpec } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer } from './servers.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const SOON = { timeout: 20_000, interval: 100 };
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const CORE_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A group with versions of every rank, stored in v1, which has a status. */
function defineVersions(): Definition {
  const schema = { openAPIV3Schema: ofSpec({ type: 'object' }) };
  const versions = ['v1beta1', 'v1', 'v2alpha1', 'v10', 'foo'].map((name) => {
    return {
      name,
      served: true,
      storage: name === 'v1',
      schema,
      ...(name === 'v1' ? { subresources: { status: {} } } : {}),
    };
  });
  const names = { plural: 'things', kind: 'Thing', singular: 'thingy', shortNames: ['th'], categories: ['all'] };
  return defineThings({}, { spec: { versions, names, scope: 'Namespaced' } });
}

interface Resource {
  name: string;
  [key: string]: unknown;
}

async function resources(server: ContractServer, path: string): Promise<Resource[]> {
  return ((await server.raw.send('GET', path)).body.resources ?? []) as Resource[];
}

onEachServer((server) => {
  describe('discovery', () => {
    it('orders the versions of a group by rank and prefers the first', async () => {
      const definition = defineVersions();
      await server.createCrd(definition.crd);
      const ordered = ['v10', 'v1', 'v1beta1', 'v2alpha1', 'foo'];
      const groupVersions = ordered.map((version) => ({ groupVersion: `${definition.group}/${version}`, version }));
      await expect
        .poll(async () => (await server.raw.send('GET', `/apis/${definition.group}`)).body, SOON)
        .toEqual({
          kind: 'APIGroup',
          apiVersion: 'v1',
          name: definition.group,
          versions: groupVersions,
          preferredVersion: groupVersions[0],
        });
      const { body } = await server.raw.send('GET', '/apis');
      const listed = (body.groups as { name: string }[]).find(({ name }) => name === definition.group);
      expect(listed).toEqual({ name: definition.group, versions: groupVersions, preferredVersion: groupVersions[0] });
    });

    it('lists a custom kind with its names and its status', async () => {
      const definition = defineVersions();
      await server.createCrd(definition.crd);
      const main = {
        name: 'things',
        singularName: 'thingy',
        namespaced: true,
        kind: 'Thing',
        verbs: VERBS,
        shortNames: ['th'],
        categories: ['all'],
        storageVersionHash: expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/) as string,
      };
      const status = { name: 'things/status', singularName: '', namespaced: true, kind: 'Thing' };
      await expect
        .poll(async () => await resources(server, `/apis/${definition.group}/v1`), SOON)
        .toEqual([main, { ...status, verbs: ['get', 'patch', 'update'] }]);
      expect(await resources(server, `/apis/${definition.group}/v1beta1`)).toEqual([main]);
    });

    it.each([
      ['configmaps', true, ['cm'], CORE_VERBS],
      ['secrets', true, undefined, CORE_VERBS],
      ['serviceaccounts', true, ['sa'], CORE_VERBS],
      ['events', true, ['ev'], CORE_VERBS],
      ['nodes', false, ['no'], CORE_VERBS],
      ['namespaces', false, ['ns'], CORE_VERBS.filter((verb) => verb !== 'deletecollection')],
    ])('lists %s of the core group', async (name, namespaced, shortNames, verbs) => {
      const found = (await resources(server, '/api/v1')).find((resource) => resource.name === name);
      expect(found).toMatchObject({ namespaced, verbs, singularName: name.slice(0, -1) });
      expect(found?.['shortNames']).toEqual(shortNames);
      expect(found?.['storageVersionHash']).toMatch(/^[A-Za-z0-9+/]{11}=$/);
    });

    it('tells the same digest for the same stored kind everywhere', async () => {
      const found = (await resources(server, '/api/v1')).find(({ name }) => name === 'configmaps');
      expect(found?.['storageVersionHash']).toBe('qFsyl6wFWjQ=');
      const [lease] = await resources(server, '/apis/coordination.k8s.io/v1');
      expect(lease).toMatchObject({ name: 'leases', kind: 'Lease', storageVersionHash: 'gqkMMb/YqFM=' });
    });

    it('lists definitions themselves', async () => {
      const [crds, status] = await resources(server, '/apis/apiextensions.k8s.io/v1');
      expect(crds).toMatchObject({
        name: 'customresourcedefinitions',
        shortNames: ['crd', 'crds'],
        categories: ['api-extensions'],
      });
      expect(status).toMatchObject({ name: 'customresourcedefinitions/status' });
    });

    it.each(['/apis/nobody.example.com', '/apis/nobody.example.com/v1', '/api/v2'])('has no %s', async (path) => {
      expect((await server.raw.send('GET', path)).code).toBe(404);
    });
  });

  describe('aggregated discovery', () => {
    it('tells groups, versions, kinds and subresources in one document', async () => {
      const definition = defineVersions();
      await server.createCrd(definition.crd);
      const find = async (): Promise<
        { metadata: object; versions: { version: string; resources: object[] }[] } | undefined
      > => {
        const { body } = await server.raw.send('GET', '/apis', { headers: { accept: AGGREGATED } });
        return (body.items as never[]).find(({ metadata }) => (metadata as { name: string }).name === definition.group);
      };
      await expect
        .poll(async () => (await find())?.versions.map(({ version }) => version), SOON)
        .toEqual(['v10', 'v1', 'v1beta1', 'v2alpha1', 'foo']);
      const group = await find();
      expect(group?.metadata).toEqual({ name: definition.group });
      const responseKind = { group: definition.group, version: 'v1', kind: 'Thing' };
      expect(group?.versions[1]).toEqual({
        version: 'v1',
        freshness: 'Current',
        resources: [
          {
            resource: 'things',
            responseKind,
            scope: 'Namespaced',
            singularResource: 'thingy',
            verbs: VERBS,
            shortNames: ['th'],
            categories: ['all'],
            subresources: [{ subresource: 'status', responseKind, verbs: ['get', 'patch', 'update'] }],
          },
        ],
      });
    });

    it.each([
      ['by itself', AGGREGATED],
      ['before plain JSON, as kubectl asks', `${AGGREGATED},application/json`],
      ['after plain JSON', `application/json,${AGGREGATED}`],
      ['after a version that is gone', `${AGGREGATED.replace('v2', 'v2beta1')},${AGGREGATED}`],
    ])('is given when it is asked for %s', async (_name, accept) => {
      const answer = await server.raw.send('GET', '/api', { headers: { accept } });
      expect([answer.code, answer.headers['content-type'], answer.body.kind]).toEqual([
        200,
        AGGREGATED,
        'APIGroupDiscoveryList',
      ]);
    });

    it('gives way to plain JSON where the version asked for is unknown', async () => {
      const accept = `${AGGREGATED.replace('v2', 'v9')},application/json`;
      expect((await server.raw.send('GET', '/api', { headers: { accept } })).body.kind).toBe('APIVersions');
    });

    it.each(['text/html', AGGREGATED.replace('v2', 'v9'), AGGREGATED.replace('v2', 'v2beta1')])(
      'is refused as %s',
      async (accept) => {
        const { code, body } = await server.raw.send('GET', '/apis', { headers: { accept } });
        expect([code, body.reason]).toEqual([406, 'NotAcceptable']);
      },
    );

    it('is not sent again to those who have it', async () => {
      const first = await server.raw.send('GET', '/api', { headers: { accept: AGGREGATED } });
      const { etag } = first.headers;
      expect(etag).toMatch(/^"[0-9A-F]+"$/);
      const again = { headers: { accept: AGGREGATED, 'if-none-match': etag ?? '' } };
      expect((await server.raw.send('GET', '/api', again)).code).toBe(304);
    });
  });

  it('tells a version that kubectl understands', async () => {
    const { body } = await server.raw.send('GET', '/version');
    expect(body).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\./) as string });
  });
});
