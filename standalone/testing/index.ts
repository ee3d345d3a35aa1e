/** The embedded API server for tests: real HTTPS, real storage, in a folder of its own. */
export { startTestApiServer } from './test-api-server.ts';
export type { TestApiServer, TestApiServerOptions } from './test-api-server.ts';
export { readOwnCrds } from './own-crds.ts';
export { RawClient } from './raw-client.ts';
export type { RawAnswer, RawRequest, RawWatch } from './raw-client.ts';
