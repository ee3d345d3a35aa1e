/** The HTTP facade: investigations for people, tasks for agents. */
export * from './facade.ts';
export type { FacadeConfig } from './facade-config.ts';
export { FACADE_ERROR_CODES, type FacadeErrorCode } from './http/error-codes.ts';
export type { TlsFiles } from './http/create-app.ts';
export type * from './identity/authenticator.ts';
export * from './identity/authorizer.ts';
export type * from './identity/principal.ts';
export * from './identity/token-authenticator.ts';
export type * from './investigations/run-event.ts';
