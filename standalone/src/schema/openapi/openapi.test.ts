import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../builtin/builtin-kinds.ts';
import { compileCrd } from '../crd/compile-crd.ts';
import { widgetCrd } from '../fixtures/widget-crd.ts';
import { openApiV2 } from './openapi-v2.ts';
import { openApiV3, openApiV3Index } from './openapi-v3.ts';

const kinds = [...builtinKinds(), compileCrd(widgetCrd())];

interface Operation {
  parameters: { name: string }[];
  requestBody?: { content: Record<string, unknown> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    // A field may be called $ref too, as in the schema of schemas.
    key === '$ref' && typeof child === 'string' ? [child] : references(child),
  );
}

describe('openApiV3', () => {
  const document = openApiV3(kinds, 'apis/example.org/v1') as Document;

  it('serves the paths of the kind', () => {
    expect(Object.keys(document.paths)).toEqual([
      '/apis/example.org/v1/namespaces/{namespace}/widgets',
      '/apis/example.org/v1/namespaces/{namespace}/widgets/{name}',
      '/apis/example.org/v1/namespaces/{namespace}/widgets/{name}/status',
      '/apis/example.org/v1/widgets',
    ]);
  });

  it('tells kubectl that the server validates fields', () => {
    const patch = document.paths['/apis/example.org/v1/namespaces/{namespace}/widgets/{name}']?.['patch'];
    expect(patch?.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fieldValidation', 'dryRun', 'force']),
    );
    expect(patch).toMatchObject({
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'example.org', version: 'v1', kind: 'Widget' },
    });
  });

  it('offers strategic merge patches for built-in kinds only', () => {
    const types = (path: string, of: Document): string[] =>
      Object.keys(of.paths[path]?.['patch']?.requestBody?.content ?? {});
    const core = openApiV3(kinds, 'api/v1') as Document;
    const strategic = 'application/strategic-merge-patch+json';
    expect(types('/apis/example.org/v1/namespaces/{namespace}/widgets/{name}', document)).not.toContain(strategic);
    expect(types('/apis/example.org/v1/namespaces/{namespace}/widgets/{name}', document)).toContain(
      'application/apply-patch+yaml',
    );
    expect(types('/api/v1/namespaces/{namespace}/configmaps/{name}', core)).toContain(strategic);
  });

  it.each(['apis/example.org/v1', 'api/v1', 'apis/apiextensions.k8s.io/v1', 'apis/coordination.k8s.io/v1'])(
    'resolves every reference of %s',
    (path) => {
      const each = openApiV3(kinds, path) as Document;
      const names = references(each).map((reference) => reference.replace('#/components/schemas/', ''));
      expect(names.filter((name) => !Object.hasOwn(each.components.schemas, name))).toEqual([]);
    },
  );

  it('has unique operation ids', () => {
    const ids = [
      ...JSON.stringify(
        kinds.map((kind) => openApiV3([kind], kind.isCustomResource ? 'apis/example.org/v1' : 'api/v1')),
      ).matchAll(/"operationId":"([^"]+)"/g),
    ].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is undefined for a group that is not served', () => {
    expect(openApiV3(kinds, 'apis/nope/v1')).toBeUndefined();
  });
});

describe('openApiV3Index', () => {
  it('changes a hash with the content, and only then', () => {
    const before = openApiV3Index(kinds).paths;
    const other = compileCrd(
      widgetCrd(
        { type: 'object', description: 'Another.' },
        {
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', description: 'Another.' } },
            },
          ],
        },
      ),
    );
    const after = openApiV3Index([...builtinKinds(), other]).paths;
    expect(after['api/v1']).toEqual(before['api/v1']);
    expect(after['apis/example.org/v1']).not.toEqual(before['apis/example.org/v1']);
    expect(before['api/v1']?.serverRelativeURL).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
  });
});

describe('openApiV2', () => {
  it('resolves every reference and leaves out what v2 cannot say', () => {
    const document = openApiV2(kinds) as { definitions: Record<string, object> };
    const names = references(document).map((reference) => reference.replace('#/definitions/', ''));
    expect(names.filter((name) => !Object.hasOwn(document.definitions, name))).toEqual([]);
    // The definition of definitions names all those words as its fields.
    const widget = document.definitions['org.example.v1.Widget'];
    expect(widget).toBeDefined();
    expect(JSON.stringify(widget)).not.toMatch(/"(oneOf|anyOf|nullable|default)"/);
  });
});
