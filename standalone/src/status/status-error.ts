import { CodedError } from '@nannyapi/process';
import { InvalidObjectError } from '../schema/index.ts';
import type { KindResource } from '../schema/index.ts';

/** Reasons of a meta/v1 Status and their HTTP codes, as in apimachinery's `api/errors`. */
const REASONS = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  /** Kubernetes' word for "no reason given"; such a Status has no `reason`. */
  Unknown: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

/** Reason of a meta/v1 Status. */
export type StatusReason = keyof typeof REASONS;

/** `details` of a meta/v1 Status. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: readonly { reason?: string; field?: string; message: string }[];
  retryAfterSeconds?: number;
}

/** A meta/v1 Status object. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** A refusal in the form that Kubernetes clients branch on. `code` is the Status reason. */
export class StatusError extends CodedError {
  readonly statusDetails: StatusDetails | undefined;
  /** A token with which a list that cannot go on as it was may go on all the same. */
  readonly continueToken: string | undefined;

  constructor(reason: StatusReason, message: string, statusDetails?: StatusDetails, continueToken?: string) {
    super({ code: reason, message, status: REASONS[reason] });
    this.name = 'StatusError';
    this.statusDetails = statusDetails;
    this.continueToken = continueToken;
  }
}

/** The Status body and HTTP code that tell an error; a bug becomes InternalError without its text. */
export function toStatus(error: unknown): Status & { code: number } {
  if (error instanceof StatusError) {
    const status = statusOf(error, error.code, error.statusDetails);
    return error.continueToken === undefined ? status : { ...status, metadata: { continue: error.continueToken } };
  }
  if (error instanceof InvalidObjectError) {
    const { group, kind } = error.resource;
    const named = error.objectName === '' ? {} : { name: error.objectName };
    const details = { ...named, ...(group === '' ? {} : { group }), kind, causes: error.causes };
    return statusOf(error, 'Invalid', details);
  }
  if (error instanceof CodedError) {
    const reason = error.code in REASONS ? error.code : 'InternalError';
    return statusOf(error, reason, error.details.length === 0 ? undefined : { causes: error.details });
  }
  return statusOf({ message: 'Internal error occurred', status: 500 }, 'InternalError', undefined);
}

function statusOf(
  error: { message: string; status: number },
  reason: string,
  details: StatusDetails | undefined,
): Status & { code: number } {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(reason === 'Unknown' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code: error.status,
  };
}

/** `pods "x"` or `agents.nannyai.dev "x"`: how messages name an object. */
export function qualifiedName(resource: Pick<KindResource, 'group' | 'plural'>, name: string): string {
  const qualified = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  return `${qualified} ${JSON.stringify(name)}`;
}

function detailsOf(resource: Pick<KindResource, 'group' | 'plural'>, name: string): StatusDetails {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural };
}

/** 404: there is no such object. */
export function notFound(resource: Pick<KindResource, 'group' | 'plural'>, name: string): StatusError {
  return new StatusError('NotFound', `${qualifiedName(resource, name)} not found`, detailsOf(resource, name));
}

/** 409: the name is taken. */
export function alreadyExists(resource: Pick<KindResource, 'group' | 'plural'>, name: string): StatusError {
  return new StatusError('AlreadyExists', `${qualifiedName(resource, name)} already exists`, detailsOf(resource, name));
}

/** 409: the object is not in the state that the client expects. */
export function conflict(resource: Pick<KindResource, 'group' | 'plural'>, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource, name)}: ${why}`;
  return new StatusError('Conflict', message, detailsOf(resource, name));
}

/** 403: the object may not be written now. */
export function forbidden(resource: Pick<KindResource, 'group' | 'plural'>, name: string, why: string): StatusError {
  return new StatusError(
    'Forbidden',
    `${qualifiedName(resource, name)} is forbidden: ${why}`,
    detailsOf(resource, name),
  );
}

/** 404: the path names nothing that is served. */
export function pathNotFound(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', {});
}

/** 405: the path is served, but not for this method. */
export function methodNotAllowed(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 405 in the words for custom resources; `verb` is '' for a method that stands for none. */
export function verbNotSupported(resource: Pick<KindResource, 'group' | 'plural'>, verb: string): StatusError {
  const { group, plural } = resource;
  const message = `${verb} is not supported on resources of kind ${JSON.stringify(`${plural}.${group}`)}`;
  return new StatusError('MethodNotAllowed', message, { group, kind: plural });
}

/** 410: the history asked for is no longer kept. */
export function expired(message: string): StatusError {
  return new StatusError('Expired', message);
}

/** 400: the request cannot be understood. */
export function badRequest(message: string): StatusError {
  return new StatusError('BadRequest', message);
}
