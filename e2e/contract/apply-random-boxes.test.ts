import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { generator, pick, randomSpec, some, type Random } from './fixtures/random-boxes.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

/** Seeds are fixed, so that a failure comes again. */
const SEEDS = Array.from({ length: 16 }, (_value, index) => index + 1);
const STEPS = 12;

/** What the server that comes first made of each seed; where there is but one, this compares nothing. */
const told = new Map<number, unknown[]>();

onEachServer((server) => {
  let boxes: Boxes;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
  });

  it.each(SEEDS)('makes the same of random applies and patches as the other server (seed %i)', async (seed) => {
    const random = generator(seed);
    const name = uniqueName('box');
    const answers: unknown[] = [];
    answers.push(tell(await write(name, { type: 'apply', manager: 'm1', body: { spec: randomSpec(random) } })));
    for (let step = 0; step < STEPS; step += 1) answers.push(tell(await write(name, randomWrite(random))));
    if (!told.has(seed)) told.set(seed, answers);
    expect(answers).toEqual(told.get(seed));
  });

  async function write(name: string, { type, manager, isForced, subresource = '', body }: Write): Promise<RawAnswer> {
    const query = `?fieldManager=${manager}${isForced === true ? '&force=true' : ''}`;
    const intent = { apiVersion: boxes.apiVersion, kind: 'Box', metadata: { name }, ...body };
    return await server.raw.send('PATCH', `${boxes.path}/${name}${subresource}${query}`, {
      body: type === 'apply' ? intent : body,
      headers: PATCH[type],
    });
  }

  /** What of an answer must agree: no versions, uids and times. */
  function tell(answer: RawAnswer): unknown[] {
    const { spec, status, metadata } = answer.body;
    const owners = JSON.stringify(ownersOf(answer));
    return [answer.code, causesOf(answer).sort(), spec, answer.code < 300 ? status : '', metadata.generation, owners];
  }
});

interface Write {
  type: 'apply' | 'merge';
  manager: string;
  isForced?: boolean;
  subresource?: '' | '/status';
  body: object;
}

function randomWrite(random: Random): Write {
  const manager = pick(random, ['m1', 'm2', 'm3']);
  const kind = random();
  const isForced = random() < 0.5;
  if (kind < 0.65)
    return { type: 'apply', manager, isForced, body: random() < 0.1 ? {} : { spec: randomSpec(random) } };
  if (kind < 0.8) return { type: 'merge', manager, body: { spec: randomSpec(random) } };
  const phase = pick(random, ['A', 'B', null]);
  const subresource = '/status';
  if (phase === null || kind > 0.9) return { type: 'merge', manager, subresource, body: { status: { phase } } };
  const conditions = some(random, ['R', 'S']).map((type) => ({ type, status: pick(random, ['True', 'False']) }));
  return { type: 'apply', manager, isForced, subresource, body: { status: { phase, conditions } } };
}
