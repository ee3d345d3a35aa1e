import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { owned, serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { readCases } from './fixtures/definitions.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { PATCH } from './write-answers.ts';

/** How it is written (force is an apply, update a merge patch), by whom, and with which spec; null for none. */
type Step = ['apply' | 'force' | 'update', string, object | null];

/** What a write does, the writes, and the spec and the owners after the last, as a kube-apiserver has them. */
const CASES = readCases<[string, Step[], object | null, Record<string, string>]>('apply-cases.jsonl');

onEachServer((server) => {
  let boxes: Boxes;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
  });

  it.each(CASES)('%s', async (_what, steps, spec, owners) => {
    const name = uniqueName('box');
    let answer: RawAnswer | undefined;
    for (const step of steps) answer = await write(name, step);
    expect(answer?.body.spec ?? null).toEqual(spec);
    expect(owned(answer?.body.metadata.managedFields)).toEqual(owners);
  });

  it.each(CASES)('changes nothing when the last is sent again: %s', async (_what, steps) => {
    const name = uniqueName('box');
    for (const step of steps) await write(name, step);
    const [last] = steps.slice(-1);
    if (last === undefined) throw new Error('no steps');
    const before = await server.raw.send('GET', `${boxes.path}/${name}`);
    expect((await write(name, last)).body).toEqual(before.body);
  });

  async function write(name: string, [how, manager, spec]: Step): Promise<RawAnswer> {
    const metadata = { name };
    const intent = { apiVersion: boxes.apiVersion, kind: 'Box', metadata, ...(spec === null ? {} : { spec }) };
    const query = `?fieldManager=${manager}${how === 'force' ? '&force=true' : ''}`;
    const answer = await server.raw.send('PATCH', `${boxes.path}/${name}${query}`, {
      body: how === 'update' ? { spec } : intent,
      headers: how === 'update' ? PATCH.merge : PATCH.apply,
    });
    expect(answer.code, answer.text).toBeLessThan(300);
    return answer;
  }
});
