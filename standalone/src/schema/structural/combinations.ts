import type { SchemaNode } from '../kinds.ts';
import { invalid } from './cause.ts';
import type { Judgement, JudgementSum } from './judgement.ts';
import { judge, type Visit } from './validate.ts';

/**
 * Adds what allOf, anyOf, oneOf and not say of a value. Nothing in alternatives is ratcheted, as in kube-apiserver, which
 * also tells these violations without a field: the path stands in the message.
 */
export function judgeCombinations(sum: JudgementSum, visit: Visit): void {
  const { anyOf, oneOf, allOf, not } = visit.schema;
  if (anyOf !== undefined && anyOf.length > 0) judgeAnyOf(sum, visit, anyOf);
  if (oneOf !== undefined && oneOf.length > 0) judgeOneOf(sum, visit, oneOf);
  if (allOf !== undefined && allOf.length > 0) judgeAllOf(sum, visit, allOf);
  if (not !== undefined && isValid(byPart(visit, not))) {
    sum.add([invalid('<nil>', '', `"${visit.path}" must not validate the schema (not)`)]);
  }
}

function byPart({ value, path }: Visit, schema: SchemaNode): Judgement {
  return judge({ value, schema, path });
}

function isValid({ causes }: Judgement): boolean {
  return causes.length === 0;
}

/** The first of those that passed most checks: what was most likely meant. */
function closest(judgements: readonly Judgement[]): Judgement | undefined {
  return judgements.reduce<Judgement | undefined>(
    (best, next) => (best === undefined || next.matches > best.matches ? next : best),
    undefined,
  );
}

function judgeAnyOf(sum: JudgementSum, visit: Visit, parts: readonly SchemaNode[]): void {
  const failed: Judgement[] = [];
  for (const part of parts) {
    const judgement = byPart(visit, part);
    if (isValid(judgement)) {
      sum.merge(judgement);
      return;
    }
    failed.push(judgement);
  }
  sum.add([invalid('<nil>', '', `"${visit.path}" must validate at least one schema (anyOf)`)]);
  const best = closest(failed);
  if (best !== undefined) sum.merge(best);
}

function judgeOneOf(sum: JudgementSum, visit: Visit, parts: readonly SchemaNode[]): void {
  const judgements = parts.map((part) => byPart(visit, part));
  const [valid, ...others] = judgements.filter(isValid);
  if (valid !== undefined && others.length === 0) {
    sum.merge(valid);
    return;
  }
  const found = valid === undefined ? 'Found none valid' : `Found ${others.length + 1} valid alternatives`;
  sum.add([invalid('<nil>', '', `"${visit.path}" must validate one and only one schema (oneOf). ${found}`)]);
  const best = valid === undefined ? closest(judgements) : undefined;
  if (best !== undefined) sum.merge(best);
}

function judgeAllOf(sum: JudgementSum, visit: Visit, parts: readonly SchemaNode[]): void {
  const judgements = parts.map((part) => byPart(visit, part));
  for (const judgement of judgements) sum.merge(judgement);
  const valid = judgements.filter(isValid).length;
  if (valid === parts.length) return;
  const none = valid === 0 ? '. None validated' : '';
  sum.add([invalid('<nil>', '', `"${visit.path}" must validate all the schemas (allOf)${none}`)]);
}
