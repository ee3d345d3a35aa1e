import { expect, it } from 'vitest';
import { readCases } from './fixtures/definitions.ts';
import { type PolicyCase, refusalOf } from './fixtures/policies.ts';
import { onEachServer } from './servers.ts';

/** Recorded from kube-apiserver 1.36.3. */
const CASES = readCases<PolicyCase>('admission-policies.jsonl');

/** What a compiler complains of is the same, but not in which words; labels are judged in any order. */
function withoutCompiler(told: string[] | null | undefined): string[] | null {
  return told?.map((cause) => cause.replace(/: compilation failed: .*$/s, ': compilation failed')).toSorted() ?? null;
}

onEachServer((server) => {
  it.concurrent.each(CASES)('$kind $spec is taken or refused, and for the same causes', async (policy) => {
    expect(withoutCompiler(await refusalOf(server.raw, policy))).toEqual(withoutCompiler(policy.told));
  });
});
