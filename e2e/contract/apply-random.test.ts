import { RawClient } from '@nannyapi/standalone/testing';
import type { RawAnswer } from '@nannyapi/standalone/testing';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { uniqueName } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

/** Sequences and the steps in each; the seeds are fixed, so a failure comes again. */
const SEQUENCES = 8;
const STEPS = 14;

type Random = () => number;

const { standalone, kube } = inject('contractServers');

const leftOut = 'missing' in kube ? ` (left out: ${kube.missing})` : '';

describe.skipIf(leftOut !== '')(`random applies, patches and puts of ConfigMaps${leftOut}`, () => {
  const own = new RawClient(standalone);
  const real = new RawClient('missing' in kube ? standalone : kube);
  afterAll(() => {
    own.close();
    real.close();
  });

  it.each(Array.from({ length: SEQUENCES }, (_value, index) => index + 1))(
    'have the same answers and owners on both servers (seed %i)',
    async (seed) => {
      const name = uniqueName('random');
      const sides = [await play(real, name, seed), await play(own, name, seed)];
      expect(sides[1]).toEqual(sides[0]);
    },
  );
});

/** What a server answers to one sequence, without versions, uids and times. */
async function play(raw: RawClient, namespace: string, seed: number): Promise<unknown[]> {
  await raw.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const path = `/api/v1/namespaces/${namespace}/configmaps/o`;
  const random = generator(seed);
  const told: unknown[] = [];
  for (let step = 0; step < STEPS; step += 1) told.push(tell(await act(raw, path, random)));
  return told;
}

async function act(raw: RawClient, path: string, random: Random): Promise<RawAnswer> {
  const isApply = random() < 0.75;
  const query = `?fieldManager=${pick(random, ['m1', 'm2', 'm3'])}${isApply ? `&force=${random() < 0.5}` : ''}`;
  const fields = { metadata: { name: 'o', ...metadataOf(random) }, data: mapOf(random, ['a', 'b', 'c']) };
  const body = { apiVersion: 'v1', kind: 'ConfigMap', ...fields };
  return await raw.send('PATCH', path + query, { body, headers: isApply ? PATCH.apply : PATCH.merge });
}

function tell(answer: RawAnswer): unknown {
  const { data, metadata = {} } = answer.body;
  const { labels, finalizers, ownerReferences } = metadata;
  return [answer.code, causesOf(answer).sort(), data, labels, finalizers, ownerReferences, ownersOf(answer)];
}

function metadataOf(random: Random): object {
  const finalizers = ['a.b/1', 'a.b/2'].filter(() => random() < 0.5);
  const owner = (uid: string): object => ({ apiVersion: 'v1', kind: 'Nope', name: pick(random, ['x', 'y']), uid });
  return {
    ...(random() < 0.5 ? { labels: mapOf(random, ['l', 'k']) } : {}),
    ...(random() < 0.3 ? { finalizers } : {}),
    ...(random() < 0.2 ? { ownerReferences: ['u', 'v'].filter(() => random() < 0.5).map(owner) } : {}),
  };
}

function mapOf(random: Random, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.filter(() => random() < 0.5).map((key) => [key, pick(random, ['1', '2'])]));
}

function pick(random: Random, words: readonly string[]): string {
  return words[Math.floor(random() * words.length)] ?? '';
}

/** Numbers in [0, 1) that a seed determines (a linear congruential generator). */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
