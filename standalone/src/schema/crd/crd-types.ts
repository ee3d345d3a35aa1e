import type { ApiObject, PrinterColumn, SchemaNode } from '../kinds.ts';

/** The names of a custom resource. */
export interface CrdNames {
  plural: string;
  kind: string;
  singular?: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

/** Where the scale subresource finds its numbers, as simple JSON paths. */
export interface CrdScale {
  specReplicasPath?: string;
  statusReplicasPath?: string;
  labelSelectorPath?: string;
}

/** One version of a custom resource. */
export interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: SchemaNode };
  subresources?: { status?: object; scale?: CrdScale };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** An apiextensions.k8s.io/v1 CustomResourceDefinition, as far as it is read here. */
export interface Crd extends ApiObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: CrdNames;
    versions: CrdVersion[];
    preserveUnknownFields?: boolean;
    conversion?: { strategy?: string; webhook?: { clientConfig?: object; conversionReviewVersions?: string[] } };
  };
}
