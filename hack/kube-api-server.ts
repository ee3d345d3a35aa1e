/** Runs etcd, kube-apiserver and kube-controller-manager on loopback until it is interrupted, in a folder that goes with them. */
import { once } from 'node:events';
import { findKubeBinaries, startKubeApiServer } from '@nannyapi/standalone/testing';

const binaries = findKubeBinaries();
if ('missing' in binaries) throw new Error(binaries.missing);
const server = await startKubeApiServer({ binaries: binaries.folder });
console.log(`export KUBECONFIG=${server.kubeconfigPath}`);
console.log(`export NANNYAPI_CONTRACT_KUBECONFIG=${server.kubeconfigPath}`);
console.error(`kube-apiserver is ready at ${server.url}; Ctrl-C ends it and removes its data`);
// A signal alone keeps no process alive.
const alive = setInterval(() => undefined, 1 << 30);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
clearInterval(alive);
await server.close();
