import type { ApiObject, Cause } from '../kinds.ts';
import { invalid, required } from '../structural/cause.ts';

const ANNOTATION = 'api-approved.kubernetes.io';
const PATH = `metadata.annotations[${ANNOTATION}]`;

type Approval = 'Missing' | 'Approved' | 'Bypassed' | 'Invalid';

/** Violations for groups below k8s.io and kubernetes.io, which are the Kubernetes project's to give. */
export function approvalCauses(group: string, crd: ApiObject, old: ApiObject | undefined): Cause[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return [];
  const text = annotationOf(crd);
  const state = stateOf(text);
  if (old !== undefined && stateOf(annotationOf(old)) === state) return [];
  const words = `protected groups must have approval annotation "${ANNOTATION}"`;
  if (state === 'Missing') return [required(PATH, words)];
  if (state !== 'Invalid') return [];
  return [invalid(PATH, text, `${words} with either a URL or a reason starting with "unapproved"`)];
}

function annotationOf(crd: ApiObject): string {
  return crd.metadata.annotations?.[ANNOTATION] ?? '';
}

function stateOf(text: string): Approval {
  if (text === '') return 'Missing';
  if (text.startsWith('unapproved')) return 'Bypassed';
  return URL.canParse(text) && new URL(text).host !== '' ? 'Approved' : 'Invalid';
}
