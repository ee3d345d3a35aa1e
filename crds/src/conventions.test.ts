/** Holds every CRD to the API conventions of the house; see CONTRIBUTING.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';

interface Schema {
  type?: string;
  description?: string;
  enum?: string[];
  format?: string;
  pattern?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  maxProperties?: number;
  nullable?: boolean;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-validations'?: { rule: string; message?: string }[];
}

interface Crd {
  metadata: { name: string };
  spec: {
    names: { kind: string; plural: string; shortNames?: string[]; categories?: string[] };
    versions: {
      name: string;
      subresources?: { status?: object };
      additionalPrinterColumns?: { name: string; jsonPath: string; description?: string }[];
      schema: { openAPIV3Schema: Schema };
    }[];
  };
}

const FOLDER = join(import.meta.dirname, '../v1alpha1');
const CRDS = readdirSync(FOLDER).map((file) => load(readFileSync(join(FOLDER, file), 'utf8')) as Crd);

/** A record that never changes has nothing to observe. */
const WITHOUT_STATUS = new Set(['Evidence']);

describe.each(CRDS.map((crd) => [crd.spec.names.kind, crd] as const))('%s', (kind, crd) => {
  const version = crd.spec.versions[0]!;
  const nodes = [...walk(version.schema.openAPIV3Schema, '')];
  const failures = (check: (schema: Schema, path: string) => boolean) =>
    nodes.filter(([path, schema]) => path !== '.metadata' && !check(schema, path)).map(([path]) => path);

  it('describes every field', () => {
    const named = nodes.filter(([path]) => !path.endsWith('[]') && path !== '.metadata');
    expect(named.filter(([, schema]) => !schema.description).map(([path]) => path)).toEqual([]);
  });

  it('bounds every string by length and by pattern, format or enum', () => {
    expect(
      failures(
        (schema) =>
          schema.type !== 'string' ||
          schema.enum !== undefined ||
          (schema.maxLength !== undefined && (schema.pattern !== undefined || schema.format !== undefined)),
      ),
    ).toEqual([]);
  });

  it('bounds every number on both sides and has no floats', () => {
    expect(failures((schema) => schema.type !== 'number')).toEqual([]);
    expect(
      failures((schema) => schema.type !== 'integer' || (schema.minimum !== undefined && schema.maximum !== undefined)),
    ).toEqual([]);
  });

  it('bounds every list and says its type, and the keys of maps', () => {
    expect(
      failures(
        (schema) =>
          schema.type !== 'array' ||
          (schema.maxItems !== undefined &&
            ['atomic', 'set', 'map'].includes(schema['x-kubernetes-list-type'] ?? '') &&
            (schema['x-kubernetes-list-type'] !== 'map' || schema['x-kubernetes-list-map-keys'] !== undefined)),
      ),
    ).toEqual([]);
  });

  it('bounds every map', () => {
    expect(
      failures((schema) => schema.additionalProperties === undefined || schema.maxProperties !== undefined),
    ).toEqual([]);
  });

  it('writes enums in PascalCase', () => {
    expect(failures((schema) => (schema.enum ?? []).every((value) => /^[A-Z][A-Za-z0-9]*$/.test(value)))).toEqual([]);
  });

  it('neither allows null nor keeps unknown fields', () => {
    expect(failures((schema) => !schema.nullable && !schema['x-kubernetes-preserve-unknown-fields'])).toEqual([]);
  });

  it('gives every rule a message', () => {
    expect(
      failures((schema) => (schema['x-kubernetes-validations'] ?? []).every((rule) => Boolean(rule.message))),
    ).toEqual([]);
  });

  it('names times somethingTime and quantities with their unit', () => {
    expect(failures((schema, path) => schema.format !== 'date-time' || /(Time|\.time)$/.test(path))).toEqual([]);
    expect(failures((_, path) => !/(timeout|deadline|duration|ttl|interval)$/i.test(path))).toEqual([]);
  });

  if (WITHOUT_STATUS.has(kind)) {
    it('has no status, for it never changes', () => {
      expect(version.schema.openAPIV3Schema.properties?.['status']).toBeUndefined();
    });
  } else {
    it('has the status subresource, conditions and an observed generation', () => {
      expect(version.subresources?.status).toBeDefined();
      const conditions = version.schema.openAPIV3Schema.properties?.['status']?.properties?.['conditions'];
      expect(conditions?.['x-kubernetes-list-map-keys']).toEqual(['type']);
      expect(conditions?.items?.required).toEqual(['type', 'status', 'reason', 'message', 'lastTransitionTime']);
      expect(conditions?.items?.properties?.['observedGeneration']).toBeDefined();
    });
  }

  it('prints its age, is in the category and has a short name of its own', () => {
    const columns = version.additionalPrinterColumns ?? [];
    expect(columns.map((column) => column.name)).toContain('Age');
    expect(columns.filter((column) => !column.description)).toEqual([]);
    expect(crd.spec.names.categories).toEqual(['nanny']);
    const builtin = ['ev', 'no', 'ns', 'po', 'cm', 'sa', 'svc', 'ds', 'sts', 'rs', 'pv', 'pvc', 'ing', 'ep'];
    expect(crd.spec.names.shortNames?.filter((name) => builtin.includes(name))).toEqual([]);
  });

  it('points its printer columns at fields that exist', () => {
    const paths = new Set(nodes.map(([path]) => path));
    const pointed = (version.additionalPrinterColumns ?? [])
      .map((column) => column.jsonPath.replaceAll(/\[\?[^\]]*\]/g, '[]'))
      .filter((path) => !path.startsWith('.metadata.'));
    expect(pointed.filter((path) => !paths.has(path))).toEqual([]);
  });
});

function* walk(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [field, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${field}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* walk(schema.additionalProperties, `${path}[]`);
}
