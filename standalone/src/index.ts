/** The embedded, Kubernetes-compatible API server. */
export { STANDALONE_ERRORS } from './standalone-error.ts';
export type { StandaloneErrorCode } from './standalone-error.ts';
export { startApiServer } from './server/start-api-server.ts';
export type { ApiServerHandle, ApiServerOptions } from './server/start-api-server.ts';
export { startStandalone, type Standalone, type StandaloneOptions } from './compose/standalone.ts';
