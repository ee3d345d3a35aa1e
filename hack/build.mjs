/**
 * Bundles what runs: `dist/nanny.js`, `dist/nanny-agent.js` and the store worker, one file each.
 *
 * A bundle starts three times faster than the sources and holds a third of the memory, because what is never
 * called of the Kubernetes client is left out. Plain JavaScript, for it also runs under the machine's own older Node.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { load } from 'js-yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const started = Date.now();
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'), { recursive: true });
await Promise.all([
  // What only one verb needs is loaded with that verb.
  bundle({ nanny: 'cli/src/main.ts' }, { splitting: true }),
  // One file: it is what an external host gets.
  bundle({ 'nanny-agent': 'agent-daemonset/src/main.ts' }, {}),
  bundle({ 'store-worker': 'standalone/src/store/store-worker.ts' }, {}),
]);
writeCrds(join(root, 'crds/v1alpha1'), join(root, 'dist/crds'));
process.stderr.write(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);

function bundle(entryPoints, options) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    define: { 'globalThis.NANNYAPI_VERSION': JSON.stringify(version) },
    // CommonJS packages inside an ES module still call require() for Node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [withoutGeneratedClients()],
    ...options,
  });
}

/** As JSON, which is read faster at each start than YAML. */
function writeCrds(from, to) {
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    const crd = load(readFileSync(join(from, file), 'utf8'));
    writeFileSync(join(to, file.replace(/\.yaml$/, '.json')), JSON.stringify(crd));
  }
}

/** The client's `KubeConfig` uses two names of its thousand generated modules; the bundle gets these and no more. */
function withoutGeneratedClients() {
  const client = /\/@kubernetes\/client-node\/dist$/;
  return {
    name: 'without-generated-clients',
    setup(builder) {
      builder.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ path, resolveDir }) =>
        client.test(resolveDir) ? { path: join(resolveDir, path), namespace: 'client-configuration' } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: 'client-configuration' }, ({ path }) => ({
        contents: `
          export { createConfiguration } from './configuration.js';
          export { ServerConfiguration } from './servers.js';`,
        resolveDir: dirname(path),
      }));
    },
  };
}
