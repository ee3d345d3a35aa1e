import type { Cause, KindResource } from './kinds.ts';

/** The meta/v1 Status body of an Invalid (422) answer. */
export interface InvalidStatus {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason: 'Invalid';
  details: { name: string; group?: string; kind: string; causes: Cause[] };
  code: 422;
}

/**
 * Message of an Invalid status, as kube-apiserver words it:
 * `Investigation.nannyai.dev "x" is invalid: spec.prompt: Required value`, causes in brackets when there are several.
 * Equal causes are told once, as apimachinery's aggregate does.
 */
export function invalidMessage(
  resource: Pick<KindResource, 'group' | 'kind'>,
  name: string,
  causes: readonly Cause[],
): string {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const parts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = parts.length === 1 ? parts[0] : `[${parts.join(', ')}]`;
  return `${kind} ${JSON.stringify(name)} is invalid: ${list}`;
}

/** The whole Status of an Invalid answer. */
export function invalidStatus(
  resource: Pick<KindResource, 'group' | 'kind'>,
  name: string,
  causes: readonly Cause[],
): InvalidStatus {
  const group = resource.group === '' ? {} : { group: resource.group };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: invalidMessage(resource, name, causes),
    reason: 'Invalid',
    details: { name, ...group, kind: resource.kind, causes: [...causes] },
    code: 422,
  };
}
