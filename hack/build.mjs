/**
 * Bundles what runs: `nanny`, `nanny-agent`, the store worker, and for images the operator and the facade. With names of
 * programs it makes those alone, which is how an image is built.
 *
 * A bundle starts three times faster than the sources and holds a third of the memory, because what is never
 * called of the Kubernetes client is left out. Plain JavaScript, for it also runs under the machine's own older Node.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { load, loadAll } from 'js-yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Programs of one file: an external host gets the first, an image holds one of them. */
const PROGRAMS = {
  'nanny-agent': 'agent-daemonset/src/main.ts',
  'nannyapi-operator': 'operator/src/main.ts',
  'nannyapi-api': 'api/src/main.ts',
};

/** What pages refer to: our own, and of Swagger UI what a browser needs. They stand beside the program that serves them. */
const ASSETS = {
  folder: 'api/assets',
  types: ['.css', '.js', '.svg'],
  swagger: ['swagger-ui.css', 'swagger-ui-bundle.js'],
};

const started = Date.now();
const wanted = process.argv.slice(2);
// Built aside and then put in place, so that what runs beside a build never finds half of it.
const outdir = mkdtempSync(join(root, 'node_modules/.dist-'));
try {
  if (wanted.length === 0 || wanted.includes('nannyapi-api')) copyAssets(join(outdir, 'assets'));
  await Promise.all(wanted.length === 0 ? everything() : wanted.map(bundleProgram));
  replaceDist();
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.stderr.write(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);

function everything() {
  writeCrds(join(root, 'crds/v1alpha1'), join(outdir, 'crds'));
  writeAccess(join(root, 'crds/access'), join(outdir, 'access.json'));
  return [
    // What only one verb needs is loaded with that verb.
    bundle({ nanny: 'cli/src/main.ts' }, { splitting: true }),
    bundle({ 'store-worker': 'standalone/src/store/store-worker.ts' }, {}),
    ...Object.keys(PROGRAMS).map(bundleProgram),
  ];
}

function replaceDist() {
  const dist = join(root, 'dist');
  if (wanted.length > 0) {
    mkdirSync(dist, { recursive: true });
    for (const name of readdirSync(outdir)) {
      // A folder cannot be put in the place of one that holds something.
      rmSync(join(dist, name), { recursive: true, force: true });
      renameSync(join(outdir, name), join(dist, name));
    }
    return;
  }
  const old = `${outdir}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(outdir, dist);
  rmSync(old, { recursive: true, force: true });
}

/** A program of one file, and beside it the npm packages whose code is really in it: an image's SBOM lists those. */
async function bundleProgram(name) {
  const { metafile } = await bundle({ [name]: PROGRAMS[name] }, { metafile: true });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const files = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const packages = new Set(files.map(packageFolder).filter(Boolean));
  if (name === 'nannyapi-api') packages.add('node_modules/swagger-ui-dist');
  writeFileSync(
    join(outdir, `${name}.packages.json`),
    `${JSON.stringify(
      [...packages].sort((a, b) => a.localeCompare(b)),
      undefined,
      2,
    )}\n`,
  );
}

/** The folder of the npm package that holds a file, as package-lock.json names it. */
function packageFolder(file) {
  const path = file.replace(/^[\w-]+:/, '').replace(`${root}/`, '');
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

function bundle(entryPoints, options) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir,
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

/** As they are: a browser gets the very files, with their hashes in their names. */
function copyAssets(to) {
  mkdirSync(to);
  const ours = readdirSync(join(root, ASSETS.folder)).filter((file) =>
    ASSETS.types.some((type) => file.endsWith(type)),
  );
  for (const file of ours) copyFileSync(join(root, ASSETS.folder, file), join(to, file));
  const swagger = join(root, 'node_modules/swagger-ui-dist');
  for (const file of ASSETS.swagger) copyFileSync(join(swagger, file), join(to, file));
  // Whoever passes the files on passes their licences on.
  copyFileSync(join(swagger, 'swagger-ui-bundle.js.LICENSE.txt'), join(to, 'swagger-ui-bundle.js.LICENSE.txt'));
  for (const file of ['LICENSE', 'NOTICE']) copyFileSync(join(swagger, file), join(to, `swagger-ui.${file}.txt`));
}

/** As JSON, which is read faster at each start than YAML. */
function writeCrds(from, to) {
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    const crd = load(readFileSync(join(from, file), 'utf8'));
    writeFileSync(join(to, file.replace(/\.yaml$/, '.json')), JSON.stringify(crd));
  }
}

/** Roles and policies as one list. */
function writeAccess(from, to) {
  const files = readdirSync(from).filter((file) => file.endsWith('.yaml'));
  const objects = files.sort().flatMap((file) => loadAll(readFileSync(join(from, file), 'utf8')));
  writeFileSync(to, JSON.stringify(objects));
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
