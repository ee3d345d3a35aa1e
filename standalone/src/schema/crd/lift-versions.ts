import type { SchemaNode } from '../kinds.ts';
import { jsonEqual } from '../structural/json-value.ts';
import type { Crd, CrdVersion } from './crd-types.ts';

/** What one place of a definition says of its versions, with the path that messages name it by. */
export interface CrdPart {
  path: string;
  /** Version that the part belongs to; undefined for what all versions share. */
  version: CrdVersion | undefined;
  schema?: { openAPIV3Schema?: SchemaNode };
  subresources?: CrdVersion['subresources'];
  additionalPrinterColumns?: CrdVersion['additionalPrinterColumns'];
  selectableFields?: CrdVersion['selectableFields'];
}

const LIFTED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
type Lifted = (typeof LIFTED)[number];

/**
 * A definition in kube-apiserver's internal form: what all versions say alike (so everything, where there is one
 * version) is lifted to the top, and messages name it there. The shared part comes last.
 */
export function liftVersions(crd: Crd): CrdPart[] {
  const { versions } = crd.spec;
  const [first] = versions;
  if (first === undefined) return [];
  const shared = new Set(LIFTED.filter((key) => versions.every((version) => jsonEqual(version[key], first[key]))));
  const parts = versions.map((version, index): CrdPart => {
    const own = LIFTED.filter((key) => !shared.has(key));
    return { path: `spec.versions[${index}]`, version, ...pick(version, own) };
  });
  return [...parts, { path: 'spec', version: undefined, ...pick(first, [...shared]) }];
}

function pick(version: CrdVersion, keys: readonly Lifted[]): Partial<Pick<CrdVersion, Lifted>> {
  return Object.fromEntries(keys.flatMap((key) => (version[key] === undefined ? [] : [[key, version[key]]])));
}

/** Path of a part's schema: lifted schemas stand in a field called `validation`. */
export function schemaPathOf(part: CrdPart): string {
  return `${part.path}.${part.version === undefined ? 'validation' : 'schema'}.openAPIV3Schema`;
}

/** Path of the schema of a version, where that is lifted or not. */
export function schemaPath(crd: Crd, index: number): string {
  const parts = liftVersions(crd);
  const own = parts[index];
  const shared = parts.at(-1);
  const part = own?.schema === undefined && shared !== undefined ? shared : own;
  return part === undefined ? '' : schemaPathOf(part);
}
