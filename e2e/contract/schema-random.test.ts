import { env } from 'node:process';
import { RawClient } from '@nannyapi/standalone/testing';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { ServerAccess } from './global-setup.ts';
import { causesOf, CRDS, defineThings, ofSpec, thing } from './fixtures/definitions.ts';
import { RandomSchemas } from './fixtures/random-schema.ts';

/** Another seed searches elsewhere, more schemas search longer; the default takes some seconds. */
const SEED = Number(env['NANNYAPI_CONTRACT_SEED'] ?? 20_261_125);
const SCHEMAS = Number(env['NANNYAPI_CONTRACT_SCHEMAS'] ?? 10);
const OBJECTS = 15;
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

const { standalone, kube } = inject('contractServers');
const missing = 'missing' in kube ? kube.missing : undefined;

/** What a write led to, without what differs by nature. */
interface Verdict {
  code: number;
  causes: string[];
  stored: unknown;
}

async function send(client: RawClient, method: string, path: string, body: unknown): Promise<Verdict> {
  const headers: Record<string, string> = method === 'PATCH' ? JSON_PATCH : {};
  const answer = await client.send(method, path, { body, headers });
  const { spec: stored } = answer.body as { spec?: unknown };
  return { code: answer.code, causes: causesOf(answer.body), stored };
}

describe.skipIf(missing !== undefined)(`random schemas${missing === undefined ? '' : ` (${missing})`}`, () => {
  const clients = [standalone, missing === undefined ? (kube as ServerAccess) : standalone].map(
    (access) => new RawClient(access),
  );
  afterAll(() => clients.forEach((client) => client.close()));

  /** The same request to both, and what each made of it. */
  async function both(method: string, path: string, body?: unknown): Promise<[Verdict, Verdict]> {
    const [own, theirs] = await Promise.all(clients.map(async (client) => await send(client, method, path, body)));
    if (own === undefined || theirs === undefined) throw new Error('there are two servers');
    return [own, theirs];
  }

  it.concurrent.each(Array.from({ length: SCHEMAS }, (_item, index) => SEED + index))(
    'refuse, prune and default alike on both servers (seed %i)',
    async (seed) => {
      const random = new RandomSchemas(seed);
      const spec = random.schema(3);
      const definition = defineThings(ofSpec(spec));
      const [own, theirs] = await both('POST', CRDS, definition.crd);
      expect({ ...own, stored: undefined }, JSON.stringify(spec)).toEqual({ ...theirs, stored: undefined });
      if (theirs.code !== 201) return;
      await expect
        .poll(async () => (await both('GET', definition.things)).map(({ code }) => code), { timeout: 20_000 })
        .toEqual([200, 200]);
      for (let index = 0; index < OBJECTS; index += 1) {
        const body = thing(definition, random.value(spec, 4), { name: `o${index}` });
        const [made, wanted] = await both('POST', definition.things, body);
        expect(made, JSON.stringify({ spec, body })).toEqual(wanted);
        if (wanted.code !== 201) continue;
        const patch = [{ op: 'add', path: '/spec', value: random.value(spec, 4) }];
        const [changed, expected] = await both('PATCH', `${definition.things}/o${index}`, patch);
        expect(changed, JSON.stringify({ spec, body, patch })).toEqual(expected);
      }
      await both('DELETE', definition.path);
    },
    60_000,
  );
});
