import { expect, it } from 'vitest';
import { CRDS, defineThings, ofSpec, readCases, thing } from './fixtures/definitions.ts';
import { type ContractServer, onEachServer } from './servers.ts';

/** A rule, and what became of it; recorded from kube-apiserver 1.36.3. */
interface Rule {
  rule: string;
  /** The definition is refused. */
  isRefused?: true;
  /** Message of the cause for each of the objects; null where the rule holds. The rule's own message is `m`. */
  told?: (string | null)[];
}

const [HEAD, ...CASES] = readCases<unknown>('cel-rules.jsonl');
const { properties, objects } = HEAD as { properties: object; objects: object[] };
const RULES = CASES as Rule[];
const REFUSED = RULES.filter(({ isRefused }) => isRefused === true);
const TAKEN = RULES.filter(({ told }) => told !== undefined);
/** So that a chunk's rules stay within what a kube-apiserver lets the rules of one definition cost. */
const CHUNK = 40;
const CHUNKS = Array.from({ length: Math.ceil(TAKEN.length / CHUNK) }, (_item, index) =>
  TAKEN.slice(index * CHUNK, (index + 1) * CHUNK),
);

function withRules(rules: readonly Rule[]): object {
  const validations = rules.map(({ rule }, index) => ({ rule, message: `m${index}` }));
  return ofSpec({ type: 'object', properties, 'x-kubernetes-validations': validations });
}

async function told(server: ContractServer, rules: readonly Rule[]): Promise<Rule[]> {
  const definition = defineThings(withRules(rules));
  await server.createCrd(definition.crd);
  const found = rules.map(({ rule }) => ({ rule, told: objects.map((): string | null => null) }));
  for (const [at, spec] of objects.entries()) {
    const { body } = await server.raw.send('POST', `${definition.things}?dryRun=All`, {
      body: thing(definition, spec),
    });
    for (const { message } of (body.details?.causes ?? []) as { message: string }[]) {
      const [, text, index] = /^(.*m)(\d+)$/.exec(message) ?? [];
      const rule = found[Number(index)];
      if (rule !== undefined) rule.told[at] = text ?? null;
    }
  }
  await server.raw.send('DELETE', definition.path);
  return found;
}

onEachServer((server) => {
  it.concurrent.each(REFUSED)('a definition with the rule $rule is refused at the rule', async (rule) => {
    const { body, code } = await server.raw.send('POST', `${CRDS}?dryRun=All`, {
      body: defineThings(withRules([rule])).crd,
    });
    expect(code).toBe(422);
    const fields = (body.details.causes as { field: string }[]).map(({ field }) => field);
    expect(fields.every((field) => field.endsWith('.properties[spec].x-kubernetes-validations[0].rule'))).toBe(true);
  });

  it.concurrent.each(CHUNKS.map((rules, index) => ({ rules, from: index * CHUNK + 1 })))(
    'rules from number $from on hold for the same objects and say the same of others',
    async ({ rules }) => {
      expect(await told(server, rules)).toEqual(rules.map(({ rule, told }) => ({ rule, told })));
    },
  );
});
