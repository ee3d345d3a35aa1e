/** The example of the README, run against the embedded API server; and the README, held to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findCondition } from '../../src/conditions.ts';
import type { ResourceClient } from '../../src/client/resource-client.ts';
import { silentLog } from '../widget.ts';
import { createGreeter } from './greeting-controller.ts';
import { ConfigMapResource, GreetingResource, type ConfigMap, type Greeting } from './greeting.ts';

const WAIT = { timeout: 10_000, interval: 10 };
const REF = { namespace: 'default', name: 'hello' };
const text = { type: 'string' };
const conditionSchema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(['type', 'status', 'reason', 'message', 'lastTransitionTime'].map((name) => [name, text])),
    observedGeneration: { type: 'integer' },
  },
};
const greetingCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'greetings.example.nannyai.dev' },
  spec: {
    group: GreetingResource.group,
    scope: 'Namespaced',
    names: { kind: 'Greeting', listKind: 'GreetingList', plural: 'greetings', singular: 'greeting' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { to: text, suspend: { type: 'boolean' } } },
              status: {
                type: 'object',
                properties: {
                  observedGeneration: { type: 'integer' },
                  conditions: { type: 'array', items: conditionSchema },
                },
              },
            },
          },
        },
      },
    ],
  },
};

let server: TestApiServer;
let greetings: ResourceClient<Greeting>;
let maps: ResourceClient<ConfigMap>;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = await startTestApiServer({ crds: [greetingCrd] });
  greetings = server.client.resource<Greeting>(GreetingResource);
  maps = server.client.resource<ConfigMap>(ConfigMapResource);
  stop = new AbortController();
  const greeter = createGreeter({ client: server.client, clock: systemClock, log: silentLog, hostname: 'test' });
  running = greeter.start(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
});

function greet(to: string): Promise<Greeting> {
  const { group, version, kind } = GreetingResource;
  return greetings.create({ apiVersion: `${group}/${version}`, kind, metadata: { ...REF }, spec: { to } });
}

async function untilGreeted(words: string): Promise<void> {
  await vi.waitFor(async () => expect((await maps.get(REF)).data.text).toBe(words), WAIT);
}

describe('the example', () => {
  it('greets, says so, follows changes, and mends what others break', async () => {
    await greet('Ada');
    await untilGreeted('Hello, Ada!');
    await vi.waitFor(async () => {
      const { status, metadata } = await greetings.get(REF);
      expect(status?.observedGeneration).toBe(metadata.generation);
      expect(findCondition(status?.conditions, 'Ready')).toMatchObject({ status: 'True', message: 'Hello, Ada!' });
    }, WAIT);
    await maps.patch(REF, { data: { text: 'Boo!' } });
    await untilGreeted('Hello, Ada!');
    await maps.delete(REF);
    await untilGreeted('Hello, Ada!');
    await greetings.patch(REF, { spec: { to: 'Grace' } });
    await untilGreeted('Hello, Grace!');
    await greetings.delete(REF);
    await vi.waitFor(async () => await expect(maps.get(REF)).rejects.toMatchObject({ code: 'NotFound' }), WAIT);
  });

  it('tells a person what only a person can help, and takes it back', async () => {
    await greet('nobody');
    const stalled = async () => findCondition((await greetings.get(REF)).status?.conditions, 'Stalled');
    await vi.waitFor(async () => expect(await stalled()).toMatchObject({ reason: 'NobodyToGreet' }), WAIT);
    await greetings.patch(REF, { spec: { to: 'Ada' } });
    await untilGreeted('Hello, Ada!');
    await vi.waitFor(async () => expect(await stalled()).toBeUndefined(), WAIT);
  });
});

describe('runtime/README.md', () => {
  it('shows code of the example and no other, so that it is compiled and run', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const sources = readdirSync(import.meta.dirname)
      .filter((file) => !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
    const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block);
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(sources.some((source) => source.includes(block)) || block).toBe(true);
  });
});
