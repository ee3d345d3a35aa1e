/** `hack/images`: see there. Arguments: the cache folder, then the verb and what it takes. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImages, IMAGES, isImage } from './build-images.ts';
import { buildWithDocker } from './docker.ts';
import { ToolRunner } from './run-tool.ts';
import { ImageStore } from './store.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [cache = '', verb, ...rest] = process.argv.slice(2);

try {
  if (verb === 'clean') await clean();
  else await build();
} catch (error) {
  process.stderr.write(`hack/images: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The lock stays: another call may wait for it. */
async function clean(): Promise<void> {
  if (existsSync(join(cache, 'storage'))) await new ImageStore(toolRunner(true), cache).empty();
  for (const entry of readdirSync(cache).filter((name) => name !== 'lock')) {
    rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

// Buildah runs programs of the image by chroot: a container in a container needs rights that build machines seldom give.
function toolRunner(isVerbose: boolean): ToolRunner {
  const environment = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  return new ToolRunner({ logPath: join(cache, 'build.log'), isVerbose, environment });
}

async function build(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { docker: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !isImage(name));
  if (unknown.length > 0) throw new Error(`no image is named ${unknown.join(', ')}: ${IMAGES.join(', ')}`);
  const images = positionals.length === 0 ? IMAGES : positionals.filter(isImage);
  mkdirSync(join(cache, 'archives'), { recursive: true });
  rmSync(join(cache, 'build.log'), { force: true });
  const tools = toolRunner(values.verbose);
  const registry = process.env.NPM_CONFIG_REGISTRY;
  const plan = { repository, cache, images, tools, registry, caPath: process.env.NODE_EXTRA_CA_CERTS };
  const built = values.docker ? await buildWithDocker(plan) : await buildImages(plan);
  for (const { name, path } of built) process.stdout.write(`${name} ${path}\n`);
}
