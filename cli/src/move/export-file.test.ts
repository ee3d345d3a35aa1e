import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { exportPath, exportText } from './export-file.ts';
import { MOVED_KINDS, NamespaceResource } from './moved-kinds.ts';

const investigation = (name: string, spec: object = {}) => ({
  apiVersion: 'nannyai.dev/v1alpha1',
  kind: 'Investigation',
  metadata: { name, namespace: 'shop' },
  spec,
});
const { resource } = MOVED_KINDS.find(({ moves }) => moves === 'Run')!;

describe('exportPath', () => {
  it('has a folder a kind and one a namespace', () => {
    expect(exportPath(resource, investigation('slow'))).toEqual(['investigations', 'shop', 'slow.yaml']);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    expect(exportPath(NamespaceResource, namespace)).toEqual(['namespaces', 'shop.yaml']);
  });

  it('keeps the longest names apart although no file name holds them', () => {
    const files = ['a', 'b'].map((end) => exportPath(resource, investigation('x'.repeat(252) + end)).at(-1)!);
    expect(files.map((file) => file.length)).toEqual([255, 255]);
    expect(new Set(files).size).toBe(2);
  });
});

describe('exportText', () => {
  it('is the same whatever the order of the keys', () => {
    const text = exportText({ ...investigation('slow', { prompt: 'Why?', agentRef: { name: 'a' } }) });
    expect(exportText({ ...investigation('slow', { agentRef: { name: 'a' }, prompt: 'Why?' }) })).toBe(text);
    expect(text).toMatch(/^apiVersion: .*\nkind: .*\nmetadata:\n {2}name: slow\n {2}namespace: shop\nspec:\n/);
  });

  it.each([
    'yes',
    '0x10',
    '2026-01-01T00:00:00Z',
    '1:20',
    '~',
    '',
    ' lead',
    'a\n b\n\n',
    '---',
    '\u0085é😀',
    '<<',
    'x: y #',
  ])('brings back the string %j as a string', (prompt) => {
    const object = investigation('slow', { prompt });
    expect(loadAll(exportText(object))).toEqual([object]);
  });
});
