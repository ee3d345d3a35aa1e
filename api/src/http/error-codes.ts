import { ERROR_CODES, type ErrorCode } from '@nannyapi/protocol';

/** All error codes of the facade: those of the agent protocol, and those that only people's clients meet. */
export const FACADE_ERROR_CODES = {
  ...ERROR_CODES,
  MethodNotAllowed: { status: 405, title: 'This path does not take that method' },
  ContinueExpired: { status: 410, title: 'The list token is too old; list again from the start' },
  RangeNotSatisfiable: { status: 416, title: 'The range lies outside of the content' },
} as const satisfies Record<string, { status: number; title: string }>;

/** One of the codes of {@link FACADE_ERROR_CODES}. */
export type FacadeErrorCode = ErrorCode | keyof typeof FACADE_ERROR_CODES;

/** Whether a code is in the table. */
export function isFacadeErrorCode(code: string): code is FacadeErrorCode {
  return Object.hasOwn(FACADE_ERROR_CODES, code);
}
