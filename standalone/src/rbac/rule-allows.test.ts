import { describe, expect, it } from 'vitest';
import { ruleAllows } from './rule-allows.ts';

const user = { name: 'a', groups: [] };

function onResource(verb: string, group: string, what: string, name = ''): Parameters<typeof ruleAllows>[1] {
  const [plural = '', subresource = ''] = what.split('/');
  return { user, verb, path: '', resource: { group, plural, subresource, name, namespace: 'n' } };
}

describe('ruleAllows', () => {
  const rule = { verbs: ['get', 'list'], apiGroups: ['g'], resources: ['things', 'things/part', '*/status'] };

  it.each<[string, string, string, boolean]>([
    ['get', 'g', 'things', true],
    ['delete', 'g', 'things', false],
    ['get', '', 'things', false],
    ['get', 'g', 'others', false],
    ['get', 'g', 'things/part', true],
    ['get', 'g', 'things/whole', false],
    ['get', 'g', 'others/status', true],
    ['get', 'g', 'others/statuses', false],
  ])('%s of group %j and resource %s: %j', (verb, group, what, isAllowed) => {
    expect(ruleAllows(rule, onResource(verb, group, what))).toBe(isAllowed);
  });

  it('takes a star for everything, also for subresources', () => {
    const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    expect(ruleAllows(all, onResource('any', 'x', 'things/part'))).toBe(true);
    expect(ruleAllows(all, { user, verb: 'get', path: '/metrics' })).toBe(false);
  });

  it('holds names against the one that is asked for', () => {
    const named = { ...rule, resourceNames: ['a'] };
    expect(ruleAllows(named, onResource('get', 'g', 'things', 'a'))).toBe(true);
    expect(ruleAllows(named, onResource('get', 'g', 'things', 'b'))).toBe(false);
    expect(ruleAllows(named, onResource('list', 'g', 'things'))).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['/a', '/a', true],
    ['/a', '/a/b', false],
    ['/a/*', '/a/b/c', true],
    ['/a/*', '/a', false],
    ['/a*', '/abc', true],
    ['*', '/anything', true],
    ['/a/*/b', '/a/x/b', false],
  ])('path %s covers %s: %j', (pattern, path, isAllowed) => {
    expect(ruleAllows({ verbs: ['get'], nonResourceURLs: [pattern] }, { user, verb: 'get', path })).toBe(isAllowed);
  });
});
