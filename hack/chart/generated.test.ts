import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readValueDocs } from '../generate/chart/value-docs.ts';
import { renderCrdTemplate } from '../generate/chart/crd-template.ts';
import { CHART, renderChart, type Rendered } from './helm.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  $defs?: Record<string, Schema>;
}

const schema = JSON.parse(read('charts/nannyapi/values.schema.json')) as Schema;

function undescribed(value: unknown, known: Schema | undefined, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return known ? [] : [path];
  const resolved = known?.$ref ? schema.$defs?.[known.$ref.replace('#/$defs/', '')] : known;
  if (!resolved) return [path];
  if (!resolved.properties) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    undescribed(child, resolved.properties?.[key], `${path}.${key}`),
  );
}

/** All of an object but its metadata; lists of users are written with other quotes by Helm. */
function textOf(object: Rendered | undefined): string {
  const { metadata: _metadata, ...rest } = object ?? {};
  return dump(rest, { sortKeys: true, lineWidth: -1 }).replaceAll("'", '"').replaceAll('""', '"');
}

describe('generated parts of the chart', () => {
  it('has the version of the product', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(load(read('charts/nannyapi/Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });

  it('has a template for each CustomResourceDefinition, and for no other', () => {
    expect(readdirSync(join(CHART, 'templates/crds')).toSorted()).toEqual(
      readdirSync(join(ROOT, 'crds/v1alpha1')).toSorted(),
    );
  });

  it('renders each CustomResourceDefinition as it is written', async () => {
    const objects = await renderChart();
    for (const file of readdirSync(join(ROOT, 'crds/v1alpha1'))) {
      const source = load(read(`crds/v1alpha1/${file}`)) as { metadata: { name: string }; spec: object };
      const rendered = objects.find(({ metadata }) => metadata.name === source.metadata.name);
      expect(rendered?.spec).toEqual(source.spec);
      expect(rendered?.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  it('renders roles and policies as standalone applies them', async () => {
    const objects = await renderChart();
    const sources = readdirSync(join(ROOT, 'crds/access')).flatMap((file) => loadAll(read(`crds/access/${file}`)));
    expect(sources.length).toBeGreaterThan(20);
    for (const source of sources as Rendered[]) {
      const { kind, metadata } = source;
      const rendered = objects.find((object) => object.kind === kind && object.metadata.name === metadata.name);
      expect(textOf(rendered), `${kind}/${metadata.name}`).toBe(textOf(source));
      expect(rendered?.metadata.namespace).toBe(metadata.namespace);
      expect(rendered?.metadata.labels).toMatchObject(metadata.labels ?? {});
    }
  });

  it('puts the names of another release, and its restorers, into roles and policies', async () => {
    const values = {
      fullnameOverride: 'sick-nodes',
      admission: { taskCreators: ['system:serviceaccount:velero:velero'] },
    };
    const objects = await renderChart({ values, namespace: 'ops' });
    const access = objects.filter(({ kind }) => /Role|Policy/.test(kind) && kind !== 'NetworkPolicy');
    expect(JSON.stringify(access)).not.toMatch(/nannyapi-(?!0)|:nannyapi:/);
    const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    const closed = policies.filter(({ spec }) => !JSON.stringify(spec).includes('velero'));
    // Who restores must still have the right to the target; and what the operator may say is the operator's alone.
    expect(closed.map(({ metadata }) => metadata.name)).toEqual([
      'sick-nodes-investigation-targets',
      'sick-nodes-identity-conditions',
    ]);
  });

  it('lets the hook know every kind', async () => {
    const objects = await renderChart();
    const plurals = objects
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(({ spec }) => spec.names.plural as string);
    const role = objects.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'nannyapi-uninstall');
    expect(role?.rules[0].resources.toSorted()).toEqual(plurals.toSorted());
  });

  it('has a schema for every value, and defaults that it allows', () => {
    expect(undescribed(load(read('charts/nannyapi/values.yaml')), schema, 'values')).toEqual([]);
  });

  it('keeps braces of a description from being taken for a template', () => {
    const crd = 'kind: X\nmetadata:\n  name: x\nspec:\n  description: says {{ name }}\n';
    expect(renderCrdTemplate(crd)).toContain('says {{ "{{" }} name }}');
  });
});

describe('readValueDocs', () => {
  it('reads comments with their paths and defaults', () => {
    const text = 'a:\n  # -- How many.\n  count: 2\n  # -- Labels.\n  labels:\n    x: y\n# -- All.\nall: []\n';
    expect(readValueDocs(text)).toEqual([
      { path: ['a', 'count'], defaultText: '2', text: 'How many.' },
      { path: ['a', 'labels'], defaultText: '{"x":"y"}', text: 'Labels.' },
      { path: ['all'], defaultText: '[]', text: 'All.' },
    ]);
  });

  it('misses no value without a comment', () => {
    expect(() => readValueDocs('a:\n  # -- One.\n  one: 1\n  two: 2\n')).toThrow('a.two has no comment');
    expect(() => readValueDocs('# -- Nothing follows.\n\na: 1\n')).toThrow('No key after the comment');
  });
});
