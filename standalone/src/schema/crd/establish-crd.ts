import type { ApiObject } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { acceptNames } from './accepted-names.ts';
import { canonicalCrd } from './canonical-crd.ts';
import type { Crd } from './crd-types.ts';

interface CrdCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/**
 * Copy of a valid CRD in canonical form with the status of an accepted and established one, so that
 * `kubectl wait --for=condition=Established` is content at once; or, where another of `others` has one of its names,
 * with the status that says so. Transition times of conditions that already hold are kept, and so are stored versions.
 */
export function establishCrd(crd: ApiObject, now: Date, others: Iterable<ApiObject> = []): ApiObject {
  const canonical = canonicalCrd(crd) as Crd;
  const { names, conflict } = acceptNames(canonical, others);
  const before = isJsonObject(crd['status']) ? crd['status'] : {};
  const storage = canonical.spec.versions.find((version) => version.storage)?.name;
  const stored = Array.isArray(before['storedVersions']) ? before['storedVersions'] : [];
  const known = Array.isArray(before['conditions']) ? (before['conditions'] as unknown as CrdCondition[]) : [];
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const wasEstablished = known.some(({ type, status }) => type === 'Established' && status === 'True');
  const conditions = [
    conflict === undefined ? NAMES_ACCEPTED : { type: 'NamesAccepted', status: 'False', ...conflict },
    conflict === undefined || wasEstablished ? ESTABLISHED : NOT_ACCEPTED,
  ];
  return {
    ...canonical,
    status: {
      ...before,
      acceptedNames: names,
      conditions: conditions.map((condition) => keepTime(condition, known, time)),
      storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
    },
  };
}

const NAMES_ACCEPTED = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
const ESTABLISHED = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const NOT_ACCEPTED = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};

function keepTime(
  condition: Omit<CrdCondition, 'lastTransitionTime'>,
  known: readonly CrdCondition[],
  time: string,
): CrdCondition {
  const before = known.find(({ type, status }) => type === condition.type && status === condition.status);
  return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? time };
}
