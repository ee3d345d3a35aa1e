import { CodedError } from '@nannyapi/process';

/** Why a verb did not reach its end at a control plane: code of the CodedError, and what it means. */
export const FACADE_CLIENT_ERRORS = {
  NotLoggedIn: 'This command line is logged in nowhere, or its login has ended.',
  CredentialsUnreadable: 'The file of the login holds something else.',
  FacadeUnreachable: 'The control plane does not answer, or its certificate is not trusted; the message tells which.',
  AuthorityDiffers: 'The control plane shows another certificate authority than the one of --ca-fingerprint.',
  NoControlPlane: 'The folder holds no control plane that was ever started.',
} as const;

/** A fault of {@link FACADE_CLIENT_ERRORS}. */
export function facadeError(code: keyof typeof FACADE_CLIENT_ERRORS, message: string, cause?: unknown): CodedError {
  return new CodedError({ code, message, status: 0, ...(cause === undefined ? {} : { cause }) });
}
