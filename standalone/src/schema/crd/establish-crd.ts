import type { ApiObject } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
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
 * Copy of a valid CRD with its defaults (singular, listKind, conversion) and the status of an accepted and
 * established one, so that `kubectl wait --for=condition=Established` is content at once.
 * Transition times of conditions that already hold are kept, and so are stored versions.
 */
export function establishCrd(crd: ApiObject, now: Date): ApiObject {
  const established = canonicalCrd(crd) as Crd;
  const { spec } = established;
  const { names } = spec;
  const before = isJsonObject(crd['status']) ? crd['status'] : {};
  const storage = spec.versions.find((version) => version.storage)?.name;
  const stored = Array.isArray(before['storedVersions']) ? before['storedVersions'] : [];
  const known = Array.isArray(before['conditions']) ? (before['conditions'] as unknown as CrdCondition[]) : [];
  const time = `${now.toISOString().slice(0, 19)}Z`;
  return {
    ...established,
    status: {
      ...before,
      acceptedNames: names,
      conditions: CONDITIONS.map((condition) => keepTime(condition, known, time)),
      storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
    },
  };
}

const CONDITIONS = [
  { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  },
];

function keepTime(
  condition: Omit<CrdCondition, 'lastTransitionTime'>,
  known: readonly CrdCondition[],
  time: string,
): CrdCondition {
  const before = known.find(({ type, status }) => type === condition.type && status === condition.status);
  return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? time };
}
