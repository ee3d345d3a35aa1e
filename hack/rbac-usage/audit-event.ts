/** What the audit log of a kube-apiserver says of one request; audit.k8s.io/v1, level Metadata, fields that matter here. */
export interface AuditEvent {
  stage?: string;
  verb: string;
  requestURI?: string;
  user?: { username?: string };
  /** Absent for paths that are no resources, such as /version. */
  objectRef?: {
    apiGroup?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code?: number };
  annotations?: Record<string, string>;
  requestReceivedTimestamp?: string;
}

/** One request of a process, as RBAC sees it. */
export interface Request {
  /** E.g. `system:serviceaccount:nannyapi:nannyapi-operator`. */
  user: string;
  verb: string;
  /** '' is the core group. */
  group: string;
  /** With its subresource, as rules write it: `investigations/status`. Absent for other paths. */
  resource?: string;
  /** '' for what is cluster-wide, or for all namespaces. */
  namespace: string;
  /** '' where the request names none, as in a list. */
  name: string;
  /** The path, where there is no resource. */
  path?: string;
  /** True when the authorizer said no. */
  isForbidden: boolean;
  time: string;
}

const DECISION = 'authorization.k8s.io/decision';
const FORBIDDEN_CODE = 403;

/**
 * Reads one audit event as a request; `undefined` for the stage before the authorizer has spoken.
 *
 * A watch is told when its answer starts and again when it ends, which the end of the server may prevent.
 *
 * A 403 alone does not say that a right is missing: admission answers so too, for a namespace that is going away. The
 * annotation of the authorizer does; where there is none, the code has to do.
 */
export function requestOf(event: AuditEvent): Request | undefined {
  if (event.stage === 'RequestReceived') return undefined;
  const { objectRef } = event;
  const decision = event.annotations?.[DECISION];
  return {
    user: event.user?.username ?? '',
    verb: event.verb,
    group: objectRef?.apiGroup ?? '',
    ...(objectRef?.resource === undefined
      ? { path: (event.requestURI ?? '').replace(/\?.*$/u, '') }
      : { resource: [objectRef.resource, objectRef.subresource].filter(Boolean).join('/') }),
    namespace: objectRef?.namespace ?? '',
    name: objectRef?.name ?? '',
    isForbidden: decision === undefined ? event.responseStatus?.code === FORBIDDEN_CODE : decision === 'forbid',
    time: event.requestReceivedTimestamp ?? '',
  };
}
