import { CodedError } from '@nannyapi/process';
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

/**
 * Parses a field selector: `status.phase=Running,metadata.name!=x`; `\,`, `\=` and `\\` stand for themselves.
 * An empty value matches objects without the field.
 *
 * Throws CodedError `BadRequest` for a malformed selector and for a field that `kind` does not offer.
 */
export function parseFieldSelector(selector: string, kind: CompiledKind): FieldSelector {
  const requirements = splitTerms(selector).map((term) => parseTerm(term));
  for (const { field } of requirements) checkField(field, kind);
  return {
    isEmpty: requirements.length === 0,
    requirements,
    matches: (object) =>
      requirements.every(
        ({ field, operator, value }) => (kind.fieldValue(object, field) === value) === (operator === '='),
      ),
  };
}

/** Splits at commas that are not escaped; empty terms are left out. */
function splitTerms(selector: string): string[] {
  return [...selector.matchAll(/(?:[^\\,]|\\.)+/g)].map((match) => match[0]);
}

function parseTerm(term: string): FieldRequirement {
  const match = /^(?<field>(?:[^\\=!]|\\.)*)(?<operator>!=|==|=)(?<value>.*)$/s.exec(term);
  const { field = '', operator, value = '' } = match?.groups ?? {};
  if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  if (/(^|[^\\])(\\\\)*\\([^\\,=]|$)/.test(value)) throw badRequest(`invalid field selector: invalid escape sequence`);
  return { field, operator: operator === '!=' ? '!=' : '=', value: value.replace(/\\(.)/g, '$1') };
}

function checkField(field: string, kind: CompiledKind): void {
  const known = field === 'metadata.name' || (field === 'metadata.namespace' && kind.resource.namespaced);
  if (known || kind.selectableFields.includes(field)) return;
  const { group, version } = kind.resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  throw badRequest(
    kind.isCustomResource
      ? `field label not supported: ${field}`
      : `Unable to find "${apiVersion}, Resource=${kind.resource.plural}" that match label selector "", field selector "${field}": field label not supported: ${field}`,
  );
}

function badRequest(message: string): CodedError {
  return new CodedError({ code: 'BadRequest', status: 400, message });
}
