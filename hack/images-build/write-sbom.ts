/**
 * Prints the bill of materials of one image: `write-sbom.ts operator|api|agent ROOT`.
 *
 * ROOT holds /var/lib/dpkg and /usr/share/doc of the image. Runs in the build stage, beside the bundles.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundledPackages, type LockEntry } from './bundled-packages.ts';
import { licenceOf, parseDpkgStatus } from './debian-packages.ts';
import { sbomOf, type ImagePackage } from './sbom.ts';

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  operator: ['nannyapi-operator'],
  // Hosts outside of the cluster get their agent from the API.
  api: ['nannyapi-api', 'nanny-agent'],
  agent: ['nanny-agent'],
};

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [image = '', root = ''] = process.argv.slice(2);
const programs = PROGRAMS[image];
if (programs === undefined || root === '') {
  process.stderr.write('write-sbom.ts operator|api|agent ROOT\n');
  process.exit(2);
}

const { version } = readJson('package.json') as { version: string };
const packages: ImagePackage[] = [
  { kind: 'runtime', name: 'node', version: process.versions.node, licence: 'MIT' },
  ...bundledPackages(
    [...new Set(programs.flatMap((program) => readJson(`dist/${program}.packages.json`) as string[]))],
    readJson('package-lock.json') as { packages: Record<string, LockEntry> },
  ),
  ...debianPackages(),
];
const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 16);
const epochSeconds = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
const subject = { name: `nannyapi-${image}`, version, created: new Date(epochSeconds * 1000), digest };
process.stdout.write(`${JSON.stringify(sbomOf(subject, packages), undefined, 1)}\n`);

function debianPackages(): ImagePackage[] {
  const folder = join(root, 'var/lib/dpkg/status.d');
  const status = existsSync(folder)
    ? readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    : [readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')];
  return parseDpkgStatus(status.join('\n\n')).map((entry): ImagePackage => {
    const copyright = join(root, 'usr/share/doc', entry.name, 'copyright');
    return {
      kind: 'deb',
      ...entry,
      licence: existsSync(copyright) ? licenceOf(readFileSync(copyright, 'utf8')) : 'NOASSERTION',
    };
  });
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), 'utf8'));
}
