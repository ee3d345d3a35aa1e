import type { Cause } from '../kinds.ts';
import { dns1035LabelErrors } from '../metadata/names.ts';
import { invalid, required } from '../structural/cause.ts';
import type { CrdNames } from './crd-types.ts';

const REQUIRED = ['plural', 'singular', 'kind', 'listKind'] as const;
const MIXED_CASE = 'may have mixed case, but should otherwise match: ';

/** Violations in the names of a definition whose defaults are filled in. */
export function crdNameCauses(names: CrdNames): Cause[] {
  const path = 'spec.names';
  const causes = REQUIRED.filter((key) => (names[key] ?? '') === '').map((key) => required(`${path}.${key}`));
  const check = (key: string, value: string, shown = value, prefix = ''): void => {
    const errors = dns1035LabelErrors(value);
    if (errors.length > 0) causes.push(invalid(`${path}.${key}`, shown, prefix + errors.join(',')));
  };
  const { plural, singular = '', kind, listKind = '' } = names;
  if (plural !== '') check('plural', plural);
  if (singular !== '') check('singular', singular);
  if (kind !== '') check('kind', kind.toLowerCase(), kind, MIXED_CASE);
  if (listKind !== '') check('listKind', listKind.toLowerCase(), listKind, MIXED_CASE);
  (names.shortNames ?? []).forEach((name, index) => check(`shortNames[${index}]`, name));
  if (kind !== '' && kind === listKind) {
    causes.push(invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  (names.categories ?? []).forEach((name, index) => check(`categories[${index}]`, name));
  return causes;
}
