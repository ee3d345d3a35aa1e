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
 * Throws CodedError `BadRequest` for a malformed selector and for a field that `kind` does not offer; of several
 * faults, the one of the term that sorts first, as in kube-apiserver.
 */
export function parseFieldSelector(selector: string, kind: CompiledKind): FieldSelector {
  const terms = splitTerms(selector).filter((term) => term !== '');
  const requirements = terms
    .sort()
    .map((term) => parseTerm(term, selector))
    // `=` alone asks for nothing.
    .filter(({ field, value }) => field !== '' || value !== '');
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

/** Splits at commas that are not escaped. */
function splitTerms(selector: string): string[] {
  const terms = [''];
  for (let index = 0; index < selector.length; index += 1) {
    const char = selector[index] ?? '';
    if (char === ',') {
      terms.push('');
      continue;
    }
    if (char === '\\') index += 1;
    terms[terms.length - 1] += char === '\\' ? `\\${selector[index] ?? ''}` : char;
  }
  return terms;
}

function parseTerm(term: string, selector: string): FieldRequirement {
  const match = /^(?<field>[^=!]*(?:!(?!=)[^=!]*)*)(?<operator>!=|==|=)(?<value>.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  const { field = '', operator, value = '' } = match.groups ?? {};
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescape(value) };
}

function unescape(value: string): string {
  return value.replace(/\\([^]?)|[,=]/gu, (whole: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw badRequest(`invalid field selector: unescaped character in value: ${whole.codePointAt(0)}`);
    }
    if (escaped === '' || !'\\,='.includes(escaped)) {
      throw badRequest(`invalid field selector: invalid escape sequence: ${whole}`);
    }
    return escaped;
  });
}

function checkField(field: string, kind: CompiledKind): void {
  // A kind without fields of its own takes metadata.namespace even when it has none.
  const isPlain = !kind.isCustomResource && kind.selectableFields.length === 0;
  const isKnown =
    field === 'metadata.name' || (field === 'metadata.namespace' && (kind.resource.namespaced || isPlain));
  if (isKnown || kind.selectableFields.includes(field)) return;
  throw badRequest(
    isPlain
      ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`,
  );
}

function badRequest(message: string): CodedError {
  return new CodedError({ code: 'BadRequest', status: 400, message });
}
