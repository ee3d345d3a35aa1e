import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, readPages, ROOT } from './pages.ts';

const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/reference/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};
const PATTERNS = Object.keys(paths).map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`));

/** Paths of the facade that a line of code calls, with the variable of the guides put in. */
function pathsIn(line: string): string[] {
  const text = line.replaceAll('$BASE', '/api/v1/namespaces/default').replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, '');
  return [...text.matchAll(/(?<=[\s`]|^)\/(?:api|agent)\/v1\/[\w./{}-]*[\w}]/g)].map(([path]) => path);
}

const CALLS = readPages()
  .filter(({ path }) => path.startsWith('docs/guides/') || path.startsWith('docs/crds/'))
  .flatMap(({ path, text }) => codeOf(text).flatMap((line) => pathsIn(line).map((called) => ({ path, called }))));

describe('calls of the HTTP API in the guides', () => {
  it('go to paths that the facade has', () => {
    const unknown = CALLS.filter(({ called }) => !PATTERNS.some((pattern) => pattern.test(called)));
    expect(unknown.filter(({ called }) => called !== '/api/v1/namespaces/default')).toEqual([]);
  });

  it('are found, and would be refused if they went elsewhere', () => {
    expect(CALLS.length).toBeGreaterThan(5);
    expect(pathsIn('api $BASE/investigation/x')).toEqual(['/api/v1/namespaces/default/investigation/x']);
    expect(PATTERNS.some((pattern) => pattern.test('/api/v1/namespaces/default/investigation/x'))).toBe(false);
  });
});
