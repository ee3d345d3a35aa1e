import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './build-inputs.ts';
import { stage } from './progress.ts';
import type { ToolRunner } from './run-tool.ts';
import type { ImageStore } from './store.ts';

/** What the bases are made with. */
export interface BaseDeps {
  repository: string;
  cache: string;
  store: ImageStore;
  tools: ToolRunner;
}

const SUITE = 'bookworm';
/** Of npm only the installer is used, and nothing of it is shipped. */
const NPM_VERSION = '11.19.1';
const PACKAGES = 'hack/images-build/agent-packages.txt';
/** As in Debian's own slim images: texts for people stay out, licences stay in. */
const DPKG_OPTIONS = ['man', 'locale', 'info', 'doc', 'lintian']
  .map((folder) => `path-exclude=/usr/share/${folder}/*`)
  .concat('path-include=/usr/share/doc/*/copyright');

/** Of the machine that makes the base: its resolver, its name, its logs. Nothing of them may be in an image. */
const FORGET =
  'rm -rf "$1"/etc/resolv.conf "$1"/etc/hostname "$1"/etc/machine-id "$1"/var/log/* "$1"/var/lib/apt/lists/*';

/** Debian with the agent's packages, made from Debian's archive as this machine's apt knows it; a stand-in for `debian:bookworm-slim`. */
export async function makeDebianBase({ repository, cache, store, tools }: BaseDeps): Promise<string> {
  const image = `localhost/nannyapi-base/debian:${digestOf(repository, [PACKAGES], [SUITE, FORGET, ...DPKG_OPTIONS])}`;
  if (store.has(image)) return image;
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const tar = join(work, 'root.tar');
    const options = DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`);
    const include = `--include=${packageNames(readFileSync(join(repository, PACKAGES), 'utf8')).join(',')}`;
    await stage(`Debian ${SUITE} with the agent's packages (mmdebstrap)`, async () =>
      tools.run('mmdebstrap', ['--variant=minbase', ...options, include, `--customize-hook=${FORGET}`, SUITE, tar]),
    );
    await stage('its image', async () =>
      store.withContainer('scratch', async (container) => {
        await store.buildah('add', container, tar, '/');
        await store.buildah('config', '--cmd', '/bin/bash', container);
        await store.buildah('commit', container, image);
      }),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return image;
}

/** The base of the build stage: Debian with the Node of the lock file and an npm; a stand-in for `node:24-bookworm-slim`. */
export async function makeBuildBase({ repository, cache, store, tools }: BaseDeps, debian: string): Promise<string> {
  const node = join(repository, 'node_modules', `node-linux-${process.arch}`);
  const { version } = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8')) as { version: string };
  const image = `localhost/nannyapi-base/node:${digestOf(repository, [], [debian, version, NPM_VERSION])}`;
  if (store.has(image)) return image;
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    await stage(`build base with Node ${version} and npm ${NPM_VERSION}`, async () => {
      await tools.run('npm', ['pack', '--silent', `npm@${NPM_VERSION}`], work);
      await tools.run('tar', ['xzf', `npm-${NPM_VERSION}.tgz`], work);
      const root = join(work, 'root/usr/local');
      mkdirSync(join(root, 'bin'), { recursive: true });
      cpSync(join(node, 'bin/node'), join(root, 'bin/node'));
      cpSync(join(work, 'package'), join(root, 'lib/node_modules/npm'), { recursive: true });
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'bin/npm'));
      await store.withContainer(debian, async (container) => {
        await store.buildah('add', container, join(work, 'root'), '/');
        await store.buildah('commit', container, image);
      });
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return image;
}

/** Names in a list with comments. */
export function packageNames(list: string): string[] {
  return list.split('\n').flatMap((line) => line.replace(/#.*/, '').trim() || []);
}
