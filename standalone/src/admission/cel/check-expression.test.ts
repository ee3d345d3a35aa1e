import { describe, expect, it } from 'vitest';
import { AdmissionEnvironment } from './admission-environment.ts';
import { checkExpression } from './check-expression.ts';

const environment = new AdmissionEnvironment();
const checker = environment.checker({ hasParams: false, hasAuthorizer: true });

describe('checkExpression', () => {
  it.each([
    ['object.spec.a == 1', 'bool'],
    ['object.spec.a', 'dyn'],
    ['request.userInfo.groups', 'list<string>'],
    ['request.userInfo.extra', 'map<string, list<string>>'],
    ['authorizer.requestResource.check("get")', 'kubernetes.authorization.Decision'],
    ['namespaceObject.metadata.labels', 'map<string, string>'],
  ])('knows the type of %s', (expression, type) => {
    expect(checkExpression(expression, checker)).toEqual({ type });
  });

  it.each([
    ['object.spec.a', ['bool'], 'must evaluate to bool but got dyn'],
    ['request.userInfo.extra', ['bool'], 'must evaluate to bool but got map(string, list(string))'],
    ['1', ['string', 'null_type'], 'must evaluate to one of [string null_type] but got int'],
    ['duration("1s")', ['bool'], 'must evaluate to bool but got duration'],
    ['optional.of(1)', ['bool'], 'must evaluate to bool but got optional_type(int)'],
  ])('refuses %s where %j is wanted', (expression, wanted, fault) => {
    expect(checkExpression(expression, checker, wanted)).toEqual({ fault });
  });

  it.each([
    ['params.a == 1', "undeclared reference to 'params'"],
    ['variables.a == 1', "undeclared reference to 'variables'"],
    ['request.object == null', "undefined field 'object'"],
    ['object.json().a == 1', "undeclared reference to 'json'"],
  ])('refuses %s, and names the fault', (expression, words) => {
    expect(checkExpression(expression, checker)).toEqual({ fault: expect.stringContaining(words) });
  });

  it('offers parameters, variables and the authorizer only where they are', () => {
    const declarations = { hasParams: true, hasAuthorizer: false, variables: new Map([['a', 'int']]) };
    const other = environment.checker(declarations);
    expect(checkExpression('params.x == variables.a', other)).toEqual({ type: 'bool' });
    expect(checkExpression('authorizer.path("/").check("get").allowed()', other)).toHaveProperty('fault');
    expect(checkExpression('variables.b', other)).toHaveProperty('fault');
  });
});
