/** API servers for tests: the embedded one (real HTTPS, real storage, in a folder of its own) and a real kube-apiserver. */
export { startTestApiServer } from './test-api-server.ts';
export type { TestApiServer, TestApiServerOptions } from './test-api-server.ts';
export { findKubeBinaries } from './kube-binaries.ts';
export type { KubeBinaries } from './kube-binaries.ts';
export { startKubeApiServer } from './kube-api-server.ts';
export type { KubeApiServer, KubeApiServerOptions } from './kube-api-server.ts';
export { readOwnCrds } from './own-crds.ts';
export { RawClient } from './raw-client.ts';
export type { RawAnswer, RawRequest, RawWatch } from './raw-client.ts';
export { findFreePorts } from './free-ports.ts';
export { issueClientCertificate, issueServerCertificate, makeAuthority } from '../src/tls/certificate-authority.ts';
export type { CertifiedKey } from '../src/tls/certificate-authority.ts';
