/** The embedded, Kubernetes-compatible API server. */
export { startApiServer } from './server/start-api-server.ts';
export type { ApiServerHandle, ApiServerOptions } from './server/start-api-server.ts';
export { startStandalone, type Standalone, type StandaloneOptions } from './compose/standalone.ts';
