/**
 * Where the writer thread's program is: beside this file in the source tree, `store-worker.js` beside the bundle.
 *
 * The bundle emits the worker as a second file, because a thread needs an entry of its own.
 */
export function storeWorkerUrl(moduleUrl: string = import.meta.url): URL {
  return new URL(moduleUrl.endsWith('.ts') ? './store-worker.ts' : './store-worker.js', moduleUrl);
}
