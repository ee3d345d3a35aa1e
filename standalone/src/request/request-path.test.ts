import { describe, expect, it } from 'vitest';
import { decodePath, parseResourcePath, pathNameFault } from './request-path.ts';

function facts(path: string): string | undefined {
  const parsed = parseResourcePath(path);
  if (parsed === undefined) return undefined;
  const { group, version, namespace, plural, name, subresource } = parsed;
  return [group, version, namespace, plural, name, subresource].join('|');
}

describe('parseResourcePath', () => {
  it.each([
    ['/api/v1/configmaps', '|v1||configmaps||'],
    ['/api/v1/namespaces/ns/configmaps', '|v1|ns|configmaps||'],
    ['/api/v1/namespaces/ns/configmaps/a', '|v1|ns|configmaps|a|'],
    ['/api/v1/namespaces', '|v1||namespaces||'],
    ['/api/v1/namespaces/ns', '|v1||namespaces|ns|'],
    ['/api/v1/namespaces/ns/status', '|v1||namespaces|ns|status'],
    ['/apis/example.com/v1/widgets/', 'example.com|v1||widgets||'],
    ['/apis/example.com/v1/namespaces/ns/widgets/w/status', 'example.com|v1|ns|widgets|w|status'],
    ['/apis/example.com/v1/namespaces/ns/widgets/a:b', 'example.com|v1|ns|widgets|a:b|'],
    ['/api/v1/watch/namespaces/ns/configmaps', '|v1|ns|configmaps||'],
    ['/api/v1/configmaps//', '|v1||configmaps||'],
  ])('reads %s', (path, expected) => {
    expect(facts(path)).toBe(expected);
  });

  it.each([
    '/',
    '/api',
    '/api/v1',
    '/apis/example.com/v1',
    '/version',
    '/api//v1/configmaps',
    '/api/v1/namespaces//configmaps',
    '/api/v1/namespaces/ns/configmaps/a/b/c',
  ])('sees no resource in %s', (path) => {
    expect(facts(path)).toBeUndefined();
  });
});

describe('decodePath', () => {
  it.each([
    ['/a%2Fb', '/a/b'],
    ['/%E2%82%AC', '/€'],
    ['/%ff', '/\ufffd'],
    ['/a%252Fb', '/a%2Fb'],
    ['/%zz', undefined],
    ['/%', undefined],
    ['/%4', undefined],
  ])('%s is %s', (path, expected) => {
    expect(decodePath(path)).toBe(expected);
  });
});

describe('pathNameFault', () => {
  it.each(['.', '..', 'a%2Fb'])('refuses %s', (name) => {
    expect(pathNameFault(name)).toBeDefined();
  });

  it('takes what only looks odd', () => {
    expect(pathNameFault('a..b:c')).toBeUndefined();
  });
});
