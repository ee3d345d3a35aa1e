import { expect, it } from 'vitest';
import { causesOf, CRDS, defineThings, ofSpec, readCases } from './fixtures/definitions.ts';
import { onEachServer } from './servers.ts';

/** A definition in the shortest of four forms, and what became of it; recorded from kube-apiserver 1.36.3. */
interface Verdict {
  name: string;
  /** Schema of the field `a` of the spec. */
  field?: object;
  /** The whole schema. */
  schema?: object;
  /** What stands in the version beside a schema with fields of every type. */
  version?: object;
  /** All of it, with GROUP for the group. */
  crd?: object;
  code: number;
  causes?: string[];
}

const VERDICTS = readCases<Verdict>('crd-verdicts.jsonl');

const text = { type: 'string' };
const EVERY_TYPE = ofSpec({
  type: 'object',
  properties: {
    a: text,
    n: { type: 'integer' },
    o: { type: 'object', properties: { x: text } },
    l: { type: 'array', items: text },
    b: { type: 'boolean' },
    e: { type: 'string', enum: ['x'] },
    num: { type: 'number' },
    'a.b': text,
  },
});

function definitionOf({ field, schema, version, crd }: Verdict): object {
  if (field !== undefined) return defineThings(ofSpec({ type: 'object', properties: { a: field } })).crd;
  if (schema !== undefined) return defineThings(schema).crd;
  const definition = defineThings(EVERY_TYPE, { version: version ?? {} });
  if (version !== undefined) return definition.crd;
  return JSON.parse(JSON.stringify(crd).replaceAll('GROUP', definition.group)) as object;
}

onEachServer((server) => {
  it.concurrent.each(VERDICTS)('a definition: $name', async (verdict) => {
    const answer = await server.raw.send('POST', `${CRDS}?dryRun=All`, { body: definitionOf(verdict) });
    expect({ code: answer.code, causes: causesOf(answer.body) }).toEqual({
      code: verdict.code,
      causes: verdict.causes ?? [],
    });
  });
});
