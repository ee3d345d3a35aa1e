import { compileCrdVersions } from '../crd/compile-crd.ts';
import { CRD_SCHEMA } from '../crd/crd-schema.ts';
import { InvalidObjectError } from '../crd/invalid-object-error.ts';
import type { ApiObject, Cause, CompiledKind } from '../kinds.ts';
import { compileColumn } from '../table/table.ts';
import { defineBuiltin } from './define-builtin.ts';

function compilationCauses(crd: ApiObject): Cause[] {
  try {
    compileCrdVersions(crd);
    return [];
  } catch (error) {
    if (error instanceof InvalidObjectError) return [...error.causes];
    throw error;
  }
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition; `validate` compiles the definition, CEL rules included. */
export function customResourceDefinitionKind(): CompiledKind {
  return defineBuiltin({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    description: CRD_SCHEMA.description ?? '',
    properties: CRD_SCHEMA.properties ?? {},
    required: ['spec'],
    hasStatus: true,
    columns: [
      compileColumn({
        name: 'Created At',
        type: 'string',
        jsonPath: '.metadata.creationTimestamp',
        description: 'When the definition was made.',
      }),
    ],
    extraCauses: compilationCauses,
  });
}
