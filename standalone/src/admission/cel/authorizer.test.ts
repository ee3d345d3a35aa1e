import { describe, expect, it } from 'vitest';
import type { AccessAttributes } from '../../auth/authorize.ts';
import { AdmissionEnvironment } from './admission-environment.ts';
import { Authorizer } from './authorizer.ts';

const ALICE = { name: 'alice', groups: ['sre'] };
const REQUESTED = { group: 'g', plural: 'things', namespace: 'n', name: 'a', subresource: '' };

/** What an expression asks the authorizer for, which allows `get` alone. */
function asked(expression: string): { result: unknown; questions: AccessAttributes[] } {
  const questions: AccessAttributes[] = [];
  const authorizer = new Authorizer(
    (question) => {
      questions.push(question);
      return { isAllowed: question.verb === 'get', reason: `because of ${question.verb}` };
    },
    ALICE,
    REQUESTED,
  );
  return { result: new AdmissionEnvironment().runtime.parse(expression)({ authorizer }), questions };
}

describe('authorizer', () => {
  it('asks for the user about a resource in all its parts', () => {
    const expression =
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('n').name('a').check('get').allowed()";
    const resource = { group: 'apps', plural: 'deployments', subresource: 'scale', namespace: 'n', name: 'a' };
    expect(asked(expression)).toEqual({ result: true, questions: [{ user: ALICE, verb: 'get', resource, path: '' }] });
  });

  it('asks about all objects of all namespaces where none is named', () => {
    const { questions } = asked("authorizer.group('').resource('nodes').check('investigate').allowed()");
    expect(questions[0]?.resource).toEqual({ group: '', plural: 'nodes', namespace: '', name: '', subresource: '' });
  });

  it('starts at the resource of the request', () => {
    const { questions } = asked("authorizer.requestResource.name('b').check('get').allowed()");
    expect(questions[0]?.resource).toEqual({ ...REQUESTED, name: 'b' });
  });

  it('asks about paths', () => {
    const { questions, result } = asked("authorizer.path('/metrics').check('post').reason()");
    expect(questions).toEqual([{ user: ALICE, verb: 'post', path: '/metrics' }]);
    expect(result).toBe('because of post');
  });

  it('asks for a service account in place of the user', () => {
    const { questions } = asked("authorizer.serviceAccount('n', 'builder').path('/').check('get').allowed()");
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:n'];
    expect(questions[0]?.user).toEqual({ name: 'system:serviceaccount:n:builder', groups });
  });

  it.each([
    "authorizer.serviceAccount('n', 'No').path('/').check('get').allowed()",
    "authorizer.serviceAccount('N', 'a').path('/').check('get').allowed()",
  ])('fails for what cannot be a service account: %s', (expression) => {
    expect(() => asked(expression)).toThrow('Invalid service account');
  });

  it('has no errors to tell, for RBAC has none', () => {
    expect(
      asked("authorizer.path('/').check('get').errored() || authorizer.path('/').check('get').error() != ''").result,
    ).toBe(false);
  });
});
