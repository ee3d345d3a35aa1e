/** The HTTP facade: investigations for people, tasks for agents. */
export * from './facade.ts';
export type { FacadeConfig } from './facade-config.ts';
export type { FacadeIdentity } from './facade-identity.ts';
export { installCommands } from './facade-install.ts';
export { FACADE_ERROR_CODES, type FacadeErrorCode } from './http/error-codes.ts';
export { CertificateFiles } from './http/certificate-files.ts';
export { RATE_LIMITS } from './http/rate-limits.ts';
export type { TlsFiles } from './http/create-app.ts';
export type * from './identity/authenticator.ts';
export * from './identity/authorizer.ts';
export type * from './identity/principal.ts';
export * from './identity/token-authenticator.ts';
export { createSubjectAccessReviewAuthorizer } from './identity/subject-access-review-authorizer.ts';
export {
  createTokenReviewAuthenticator,
  type TokenReviewAuthenticatorDeps,
} from './identity/token-review-authenticator.ts';
export type { AgentTokenRule } from './identity/reviewed-principal.ts';
export type * from './investigations/run-event.ts';
export { createLoginLinks, type LoginLinks } from './login/login-links.ts';
export { readLoginConfig } from './login/parse-login-config.ts';
export { SecretKeys } from './secrets/secret-keys.ts';
export { API_PROCESS_SETTINGS } from './process-config.ts';
export { API_PROCESS_ERRORS } from './process-errors.ts';
export { PackedAgent, locateAgentFiles, type AgentPackage } from './install/index.ts';
