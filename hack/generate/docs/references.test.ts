import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { CrdDocument } from '../crd-types.ts';
import { withCrdFields } from './crd-fields.ts';
import { ANNOTATIONS, LABELS } from './labels.ts';
import { ROOT } from './pages.ts';
import { renderReferences } from './references.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const crds = readdirSync(join(ROOT, 'crds/v1alpha1'))
  .toSorted()
  .map((file) => load(read(`crds/v1alpha1/${file}`)) as CrdDocument);

describe('the references', () => {
  it('are what the code says today; else run npm run generate and commit', async () => {
    const pages = await renderReferences({ crds, read });
    expect(pages.size).toBeGreaterThan(10);
    const stale = [...pages].filter(([path, text]) => read(path) !== text).map(([path]) => path);
    expect(stale).toEqual([]);
  });

  it('come out the same twice, without anything of this machine', async () => {
    const [first, second] = [await renderReferences({ crds, read }), await renderReferences({ crds, read })];
    expect([...second]).toEqual([...first]);
    for (const text of first.values()) expect(text).not.toContain(ROOT);
  });

  it('keep what was written by hand on the page of a kind', () => {
    const crd = crds.find(({ spec }) => spec.names.kind === 'Evidence')!;
    const page = read('docs/crds/evidence.md');
    const edited = withCrdFields(page.replace('# Evidence', '# Evidence, edited'), crd);
    expect(edited).toMatch(/^# Evidence, edited/);
    expect(() => withCrdFields('# Evidence', crd)).toThrow('lacks the line');
  });

  it('list every label and annotation that the code writes', () => {
    const rooms = ['crds', 'protocol', 'operator', 'api', 'standalone', 'runtime', 'agent-daemonset', 'cli'];
    const files = rooms.flatMap((room) =>
      readdirSync(join(ROOT, room, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => `${room}/src/${file}`),
    );
    const inCode = files.flatMap((file) =>
      [...read(file).matchAll(/'(nannyai\.dev\/[a-z-]+)'/g)].map(([, key]) => key!),
    );
    const told = [...LABELS, ...ANNOTATIONS].map(({ key }) => key);
    expect([...new Set(inCode)].toSorted()).toEqual(told.toSorted());
  });
});
