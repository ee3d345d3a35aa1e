/** `hack/images`: see there. Arguments: the cache folder, then the verb and what it takes. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImages, IMAGES, isImage } from './build-images.ts';
import { buildWithDocker } from './docker.ts';
import { ToolRunner } from './run-tool.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [cache = '', verb, ...rest] = process.argv.slice(2);

try {
  if (verb === 'clean') rmSync(cache, { recursive: true, force: true });
  else await build();
} catch (error) {
  process.stderr.write(`hack/images: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
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
  // Without a user's registry settings in the way: buildah asks for no image that is not made here.
  const environment = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  const tools = new ToolRunner({ logPath: join(cache, 'build.log'), isVerbose: values.verbose, environment });
  const plan = { repository, cache, images, tools, caPath: process.env.NODE_EXTRA_CA_CERTS };
  const built = values.docker ? await buildWithDocker(plan) : await buildImages(plan);
  for (const { name, path } of built) process.stdout.write(`${name} ${path}\n`);
}
