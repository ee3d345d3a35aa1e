import type { ApiObject } from '../kinds.ts';
import type { Crd, CrdNames } from './crd-types.ts';

/** The names that a definition has got, and what stood in the way of others. */
export interface AcceptedNames {
  names: CrdNames;
  /** Reason and message of NamesAccepted=False; undefined when all names are accepted. */
  conflict: { reason: string; message: string } | undefined;
}

/**
 * Decides which of the names of a definition it gets. A name that another definition of its group has is not given
 * twice; what a definition has it keeps (apiextensions-apiserver's naming controller).
 */
export function acceptNames(crd: Crd, others: Iterable<ApiObject>): AcceptedNames {
  const taken = takenNames(crd, others);
  const { names: wanted } = crd.spec;
  const had = namesOf(crd);
  const { shortNames: _shortNames, ...kept } = had;
  const names: CrdNames = { plural: '', kind: '', ...kept };
  let conflict: AcceptedNames['conflict'];
  const inUse = (reason: string, used: readonly string[]): void => {
    const told = used.map((name) => `${JSON.stringify(name)} is already in use`);
    conflict = { reason, message: told.length === 1 ? (told[0] ?? '') : `[${told.join(', ')}]` };
  };
  const check = (key: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, used: ReadonlySet<string>): void => {
    const name = wanted[key] ?? '';
    if (name !== had[key] && used.has(name)) inUse(reason, [name]);
    else names[key] = name;
  };
  // Where several names are taken, the last of this order is told of.
  check('plural', 'PluralConflict', taken.resources);
  check('singular', 'SingularConflict', taken.resources);
  const short = (wanted.shortNames ?? []).filter(
    (name) => had.shortNames?.includes(name) !== true && taken.resources.has(name),
  );
  if (short.length > 0) inUse('ShortNamesConflict', short);
  check('kind', 'KindConflict', taken.kinds);
  check('listKind', 'ListKindConflict', taken.kinds);
  return {
    names: { ...names, ...listed('shortNames', short.length > 0 ? had : wanted), ...listed('categories', wanted) },
    conflict,
  };
}

function listed(key: 'shortNames' | 'categories', names: Partial<CrdNames>): Partial<CrdNames> {
  return names[key] === undefined ? {} : { [key]: names[key] };
}

/** The names that a definition has already; none for a new one. */
function namesOf(crd: ApiObject): Partial<CrdNames> {
  const status = crd['status'] as { acceptedNames?: CrdNames } | undefined;
  const { shortNames: _shortNames, categories: _categories, ...names } = status?.acceptedNames ?? {};
  return { ...names, ...listed('shortNames', status?.acceptedNames ?? {}) };
}

function takenNames(crd: Crd, others: Iterable<ApiObject>): { resources: Set<string>; kinds: Set<string> } {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of others) {
    if ((other as Crd).spec.group !== crd.spec.group || other.metadata.name === crd.metadata.name) continue;
    const { plural, singular, shortNames = [], kind, listKind } = namesOf(other);
    for (const name of [plural, singular, ...shortNames]) if (name !== undefined) resources.add(name);
    for (const name of [kind, listKind]) if (name !== undefined) kinds.add(name);
  }
  return { resources, kinds };
}

/** Whether a stored definition may be served: its names were once all accepted. */
export function isEstablished(crd: ApiObject): boolean {
  const status = crd['status'] as { conditions?: { type: string; status: string }[] } | undefined;
  // A definition that was never judged, such as one in a test, is taken as it is.
  const found = status?.conditions?.find(({ type }) => type === 'Established');
  return found === undefined || found.status === 'True';
}
