/** The authorization server: device flow, tokens of hosts that are bound to their keys, install tokens. */
export type * from './agent-credentials.ts';
export type * from './device-approval.ts';
export type * from './enrollment-tokens.ts';
export type * from './oauth.ts';
export type * from './oauth-deps.ts';
export * from './oauth-limits.ts';
export { registerOAuthRoutes, type OAuthRoutesDeps } from './oauth-routes.ts';
export { OAuthServer } from './oauth-server.ts';
