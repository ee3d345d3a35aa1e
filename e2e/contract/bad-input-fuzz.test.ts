import { RawClient } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { ServerAccess } from './global-setup.ts';
import { mutate, seededRandom, type MutatedRequest } from './fixtures/request-mutations.ts';
import { uniqueName } from './servers.ts';

const SEED = 20_261_125;
const REQUESTS = 1000;
/** Requests under way at a time. */
const PARALLEL = 8;

const { standalone, kube } = inject('contractServers');
const leftOut = 'missing' in kube ? kube.missing : undefined;
const accesses = [standalone, ...('missing' in kube ? [] : [kube])];

describe(`mutated requests${leftOut === undefined ? '' : ` (to standalone alone: ${leftOut})`}`, () => {
  const clients = accesses.map((access: ServerAccess) => new RawClient(access));
  const namespace = uniqueName('fuzz');
  const group = `${uniqueName('f')}.example.com`;
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  const things = `/apis/${group}/v1/namespaces/${namespace}/things`;

  beforeAll(async () => {
    for (const client of clients) {
      await client.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      await serveThings(client, group);
      await client.send('POST', configMaps, { body: configMap('a') });
      await client.send('POST', things, { body: thing(group, 'a') });
    }
  });
  afterAll(() => {
    for (const client of clients) client.close();
  });

  it(
    `are taken or refused by both servers alike, and leave them well (${REQUESTS}, seed ${SEED})`,
    { timeout: 60_000 },
    async () => {
      const random = seededRandom(SEED);
      const originals = validRequests({ configMaps, things, group });
      const disagreements: string[] = [];
      const one = async (): Promise<void> => {
        const original = originals[Math.floor(random() * originals.length)]!;
        const request = mutate(original, random);
        const codes = await Promise.all(clients.map(async (client) => await answerOf(client, request)));
        const [ours = 0, theirs = ours] = codes;
        const isSurprise = ours >= 500 && theirs < 500;
        if (ours < 300 !== theirs < 300 || (leftOut === undefined && isSurprise)) {
          disagreements.push(`${codes.join(' and ')}: ${JSON.stringify(request)}`);
        }
      };
      for (let sent = 0; sent < REQUESTS; sent += PARALLEL) await Promise.all(Array.from({ length: PARALLEL }, one));
      expect(disagreements).toEqual([]);
      for (const client of clients) expect((await client.send('GET', '/readyz')).text).toBe('ok');
    },
  );
});

async function answerOf(client: RawClient, { method, path, headers, body }: MutatedRequest): Promise<number> {
  return (await client.send(method, path, body === undefined ? { headers } : { headers, body })).code;
}

function thing(group: string, name: string): string {
  const metadata = { name, labels: { a: 'b' }, annotations: { c: 'd' } };
  const spec = { size: 1, color: 'red', tags: ['x', 'y'] };
  return JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Thing', metadata, spec });
}

function configMap(name: string): string {
  const metadata = { name, labels: { a: 'b' }, finalizers: [] };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { k: 'v' }, immutable: false });
}

function validRequests(at: { configMaps: string; things: string; group: string }): MutatedRequest[] {
  const make = (method: string, path: string, type?: string, body?: string): MutatedRequest => ({
    method,
    path: `${path}?dryRun=All`,
    headers: type === undefined ? {} : { 'content-type': `application/${type}` },
    body,
  });
  const labels = '{"metadata":{"labels":{"x":"y","a":null}}';
  const operations = [
    { op: 'add', path: '/metadata/labels/z', value: '1' },
    { op: 'test', path: '/spec/size', value: 1 },
    { op: 'replace', path: '/spec/tags/0', value: 'q' },
  ];
  const { configMaps, things, group } = at;
  return [
    make('GET', configMaps),
    make('GET', things),
    make('GET', `${configMaps}/a`),
    make('GET', `${things}/a/status`),
    make('POST', configMaps, 'json', configMap('new')),
    make('POST', things, 'json', thing(group, 'new')),
    make('PUT', `${configMaps}/a`, 'json', configMap('a')),
    make('PATCH', `${things}/a`, 'merge-patch+json', `${labels},"spec":{"size":2,"tags":["z"]}}`),
    make('PATCH', `${configMaps}/a`, 'strategic-merge-patch+json', `${labels},"data":{"k":null,"n":"1"}}`),
    make('PATCH', `${things}/a`, 'json-patch+json', JSON.stringify(operations)),
  ];
}

async function serveThings(client: RawClient, group: string): Promise<void> {
  const spec = {
    type: 'object',
    properties: {
      size: { type: 'integer', minimum: 1 },
      color: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
    },
  };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema }],
    },
  };
  await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body });
  await vi.waitFor(
    async () => {
      const { code } = await client.send('GET', `/apis/${group}/v1/things`);
      if (code !== 200) throw new Error(`things are not served: ${code}`);
    },
    { timeout: 20_000 },
  );
}
