import type { FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import type { FieldErrors } from './views/form-field.ts';

/** The text of a field of a form, without blanks around it; empty when it is not there. */
export function fieldOf(request: FastifyRequest, name: string): string {
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  // A browser sends line breaks as CR LF; people mean LF.
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
}

/** A refusal as faults of fields and, where none of them is shown, as a sentence. Anything else is thrown on. */
export function faultsOf(
  error: unknown,
  shown: readonly string[],
): { errors: FieldErrors; problem: string | undefined } {
  const isAnswerable =
    error instanceof ApiError && ['ValidationFailed', 'AlreadyExists', 'NotFound', 'Forbidden'].includes(error.code);
  if (!isAnswerable) throw error;
  const errors: Record<string, string> = {};
  for (const { field = '', message } of error.details) if (shown.includes(field)) errors[field] ??= message;
  const isTold = Object.keys(errors).length > 0;
  const rest = error.details.filter(({ field = '' }) => !shown.includes(field));
  const words =
    rest.length > 0 ? rest.map(({ field = '', message }) => `${field} ${message}`).join('; ') : error.message;
  const detail = error.code === 'Forbidden' ? `${words}. Ask an admin of NannyAPI for this right.` : words;
  return { errors, problem: isTold && rest.length === 0 ? undefined : detail };
}
