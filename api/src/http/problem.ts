import { KubeApiError } from '@nannyapi/runtime';
import { ApiError } from './api-error.ts';
import { FACADE_ERROR_CODES, type FacadeErrorCode } from './error-codes.ts';
import { apiErrorOfKube } from './kube-error.ts';

/** Body of every error answer (RFC 9457). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: FacadeErrorCode;
  requestId: string;
  errors?: { field: string; message: string }[];
}

/** What Fastify itself refuses, by its error code. */
const CODE_OF_FASTIFY: Readonly<Record<string, FacadeErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BodyTooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UnsupportedMediaType',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BadRequest',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BadRequest',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BadRequest',
  FST_ERR_BAD_URL: 'BadRequest',
  FST_ERR_MAX_PARAM_LENGTH: 'NotFound',
  FST_ERR_VALIDATION: 'ValidationFailed',
};

/** What callers are told of our own faults; the cause is for the log alone. */
function genericDetail(code: FacadeErrorCode): string {
  if (code === 'Unavailable') return 'The control plane cannot do this at the moment. Ask again in a while.';
  return 'The control plane could not do this. Tell an admin the requestId: its log holds the cause.';
}

/** Whatever was thrown while a request was served, as an error of the facade. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof KubeApiError) return apiErrorOfKube(error);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const code = CODE_OF_FASTIFY[error.code];
    if (code) return new ApiError(code, error.message, { cause: error });
  }
  return new ApiError('Internal', error instanceof Error ? error.message : String(error), { cause: error });
}

/** The answer to a failed request. The detail of a 5xx says nothing of the cause, which is for the log alone. */
export function problemOf(error: ApiError, requestID: string): ProblemBody {
  const { status, title } = FACADE_ERROR_CODES[error.code];
  const errors = error.details.map(({ field = '', message }) => ({ field, message }));
  return {
    type: `urn:nannyapi:error:${error.code}`,
    title,
    status,
    detail: status < 500 ? error.message : (error.publicDetail ?? genericDetail(error.code)),
    code: error.code,
    requestId: requestID,
    ...(errors.length > 0 && status < 500 ? { errors } : {}),
  };
}
