import { approvalCauses } from '../crd/api-approval.ts';
import { canonicalCrd } from '../crd/canonical-crd.ts';
import { CRD_SCHEMA } from '../crd/crd-schema.ts';
import type { Crd } from '../crd/crd-types.ts';
import { crdCauses } from '../crd/validate-crd.ts';
import type { ApiObject, Cause, CompiledKind } from '../kinds.ts';
import { invalid } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { compileColumn } from '../table/table.ts';
import { defineBuiltin } from './define-builtin.ts';

function definitionCauses(crd: Crd, old: ApiObject | undefined): Cause[] {
  return [
    ...crdCauses(crd),
    ...(old === undefined ? [] : changeCauses(crd, old)),
    ...approvalCauses(crd.spec.group, crd, old),
  ];
}

/** What cannot change once objects may exist: where they are stored and in which versions. */
function changeCauses(crd: ApiObject, old: ApiObject): Cause[] {
  const [next, before] = [(crd as Crd).spec, (old as Crd).spec];
  const fixed: [string, unknown, unknown][] = [
    ['spec.scope', next.scope, before.scope],
    ['spec.names.kind', next.names.kind, before.names.kind],
    ['spec.group', next.group, before.group],
    ['spec.names.plural', next.names.plural, before.names.plural],
  ];
  const causes = fixed
    .filter(([, value, known]) => value !== known)
    .map(([field, value]) => invalid(field, value, 'field is immutable'));
  const names = new Set(next.versions.map(({ name }) => name));
  storedVersions(old).forEach((name, index) => {
    if (names.has(name)) return;
    const words = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    causes.push(invalid(`status.storedVersions[${index}]`, name, words));
  });
  return causes;
}

function storedVersions(crd: ApiObject): string[] {
  const stored = isJsonObject(crd['status']) ? crd['status']['storedVersions'] : undefined;
  return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition; `validate` compiles the definition, CEL rules included. */
export function customResourceDefinitionKind(): CompiledKind {
  return defineBuiltin({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    description: CRD_SCHEMA.description ?? '',
    properties: CRD_SCHEMA.properties ?? {},
    judgedBy: { type: 'object' },
    canonicalize: canonicalCrd,
    hasStatus: true,
    columns: [
      compileColumn({
        name: 'Created At',
        type: 'string',
        jsonPath: '.metadata.creationTimestamp',
        description: 'When the definition was made.',
      }),
    ],
    extraCauses: (crd, old) => definitionCauses(crd as Crd, old),
  });
}
