import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, proseOf, readPages, ROOT, type Page } from './pages.ts';

/** Links that lead nowhere, as `page: target`. */
function brokenLinks({ path, text }: Page): string[] {
  const words = proseOf(text).replaceAll(/`[^`\n]*`/g, 'code');
  const targets = [...words.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
    .map((target) => `${path}: ${target}`);
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(readFileSync(join(ROOT, path), 'utf8')).includes(anchor);
}

describe('links in the documentation', () => {
  it('lead to files that exist and to headings that are there', () => {
    expect(readPages().flatMap(brokenLinks)).toEqual([]);
  });

  it('are found when they are broken', () => {
    const page = {
      path: 'docs/README.md',
      text: '[a](nowhere.md) [b](#nothing) [c](crds/agent.md#status) [d](https://example.com)\n',
    };
    expect(brokenLinks(page)).toEqual(['docs/README.md: nowhere.md', 'docs/README.md: #nothing']);
  });

  it('reach every page from the index', () => {
    const pages = readPages();
    const index = pages.find(({ path }) => path === 'docs/README.md')?.text ?? '';
    const unlisted = pages
      .map(({ path }) => path.slice('docs/'.length))
      .filter((path) => path !== 'README.md' && !path.startsWith('adr/') && path !== 'roadmap.md')
      .filter((path) => !index.includes(`(${path})`));
    expect(unlisted).toEqual([]);
  });
});
