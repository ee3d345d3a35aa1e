import { beforeAll, describe, expect, it } from 'vitest';
import { readCases } from './fixtures/definitions.ts';
import { tellVerdicts, type VerdictCase } from './fixtures/policies.ts';
import { onEachServer } from './servers.ts';

/** Recorded from kube-apiserver 1.36.3. */
const CASES = readCases<VerdictCase>('admission-verdicts.jsonl');

onEachServer((server) => {
  describe('a policy in force', () => {
    let told: unknown[] = [];

    beforeAll(async () => {
      told = await tellVerdicts(server.raw, CASES);
    }, 120_000);

    it.each(CASES.map((verdict, index) => ({ ...verdict, index })))(
      'is heeded word for word: $about',
      ({ index, told: expected }) => {
        expect(told[index]).toEqual(expected);
      },
    );
  });
});
