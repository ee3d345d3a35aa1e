import { describe, expect, it } from 'vitest';
import { AdmissionEnvironment } from '../cel/admission-environment.ts';
import type { PolicySpec } from '../kind/policy-types.ts';
import { bindVariables } from './bindings.ts';
import { compilePolicy } from './compiled-policy.ts';
import { type Objection, runPolicy } from './run-policy.ts';

const environment = new AdmissionEnvironment();

/** Runs a policy on an object. */
function run(spec: PolicySpec, object: object = {}): Objection[] {
  const policy = compilePolicy(environment, { apiVersion: '', kind: '', metadata: { name: 'p' }, spec });
  const shared = { object: new Map(Object.entries(object)), oldObject: null, request: new Map() };
  return runPolicy(policy, bindVariables(shared, policy, undefined));
}

describe('runPolicy', () => {
  it('has nothing against what its rules allow', () => {
    expect(run({ validations: [{ expression: 'object.a == "x"' }] }, { a: 'x' })).toEqual([]);
  });

  it('tells each rule that does not hold, in order', () => {
    const validations = [
      { expression: 'false', message: 'one', reason: 'Forbidden' },
      { expression: 'true' },
      { expression: ' false ' },
    ];
    expect(run({ validations })).toEqual([
      { reason: 'Forbidden', message: 'one' },
      { reason: 'Invalid', message: 'failed expression: false' },
    ]);
  });

  it('computes a variable when it is first read, and once', () => {
    let reads = 0;
    const object = new Map();
    object.get = () => {
      reads += 1;
      return 'x';
    };
    const spec = {
      variables: [{ name: 'v', expression: 'object.a' }],
      validations: [{ expression: 'variables.v + variables.v == "xx"' }],
    };
    const policy = compilePolicy(environment, { apiVersion: '', kind: '', metadata: {}, spec });
    const bindings = bindVariables({ object }, policy, undefined);
    expect(reads).toBe(0);
    expect(runPolicy(policy, bindings)).toEqual([]);
    expect(reads).toBe(1);
  });

  it.each([
    ['Fail', [{ reason: 'Invalid', message: "expression 'object.b == 1' resulted in error: no such key: b" }]],
    ['Ignore', []],
  ])('counts a rule that fails as its failure policy says: %s', (failurePolicy, expected) => {
    expect(run({ failurePolicy, validations: [{ expression: 'object.b == 1' }] })).toEqual(expected);
  });

  it('counts a rule that it does not understand, of another version perhaps, in the same way', () => {
    const [objection] = run({ validations: [{ expression: 'object.a ==' }] });
    expect(objection?.message).toContain("expression 'object.a ==' resulted in error");
    expect(run({ failurePolicy: 'Ignore', validations: [{ expression: 'object.a ==' }] })).toEqual([]);
  });

  it('does not judge what a condition leaves out, whatever another condition does', () => {
    const matchConditions = [
      { name: 'fails', expression: 'object.b == 1' },
      { name: 'no', expression: 'false' },
    ];
    expect(run({ matchConditions, validations: [{ expression: 'false' }] })).toEqual([]);
  });

  it('tells failing conditions once each, in place of its rules', () => {
    const matchConditions = ['object.b == 1', 'object.b == 1', 'object.c == 1'].map((expression, index) => ({
      name: `c${index}`,
      expression,
    }));
    const [objection, ...others] = run({ matchConditions, validations: [{ expression: 'false' }] });
    expect(others).toEqual([]);
    expect(objection?.message).toBe(
      "[expression 'object.b == 1' resulted in error: no such key: b, expression 'object.c == 1' resulted in error: no such key: c]",
    );
  });

  it('says nothing longer than a message may be', () => {
    const rule = { expression: 'false', messageExpression: 'object.a', message: 'short' };
    expect(run({ validations: [rule] }, { a: 'x'.repeat(5121) })).toEqual([{ reason: 'Invalid', message: 'short' }]);
    expect(run({ validations: [rule] }, { a: 'x'.repeat(5120) })[0]?.message).toHaveLength(5120);
  });

  it('insists on an audit annotation that cannot be computed', () => {
    const auditAnnotations = [{ key: 'k', valueExpression: '"x" + object.b' }];
    expect(run({ auditAnnotations })).toEqual([expect.objectContaining({ isAbsolute: true })]);
  });
});
