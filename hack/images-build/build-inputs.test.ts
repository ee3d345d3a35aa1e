import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageNames } from './bases.ts';
import { buildInputs, digestOf } from './build-inputs.ts';
import { dockerArgs } from './docker.ts';

const repository = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanny-images-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('what an image is built from', () => {
  it('is what .dockerignore lets in, without tests and installed packages', () => {
    for (const path of ['a.json', 'room/src/x.ts', 'room/src/x.test.ts', 'room/node_modules/p/i.js', 'other/y.ts']) {
      write(path, path);
    }
    const found = buildInputs(folder, '# text\n**\n!a.json\n!room\n**/node_modules\n**/*.test.ts\n');
    expect(found).toEqual(['a.json', 'room/src/x.ts']);
  });

  it('decides the name of the archive: contents, names, and nothing that was not let in', () => {
    write('a', '1');
    const first = digestOf(folder, ['a'], ['x64']);
    expect(digestOf(folder, ['a'], ['x64'])).toBe(first);
    expect(digestOf(folder, ['a'], ['arm64'])).not.toBe(first);
    write('a', '2');
    expect(digestOf(folder, ['a'], ['x64'])).not.toBe(first);
  });

  it('holds every file that the Dockerfile copies, and no test', () => {
    const inputs = buildInputs(repository, readFileSync(join(repository, '.dockerignore'), 'utf8'));
    const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied.length).toBeGreaterThan(10);
    for (const path of copied.filter((path) => path !== '.')) expect(inputs).toContain(path);
    expect(inputs).toContain('crds/v1alpha1/investigations.yaml');
    expect(inputs.filter((path) => path.includes('.test.') || path.includes('node_modules'))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');

  it('installs the package of every room before it sees the sources, so that a change of code installs nothing', () => {
    const { workspaces } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      workspaces: string[];
    };
    for (const room of workspaces) expect(dockerfile).toContain(`COPY ${room}/package.json ${room}/`);
  });

  it('builds with Docker from the same file', () => {
    const image = { target: 'api', name: 'n:1', version: '1' };
    const plain = dockerArgs({ repository: '/r', registry: undefined, caPath: undefined }, image);
    expect(plain.join(' ')).toBe('build --target api --build-arg VERSION=1 -t n:1 /r');
    const behind = dockerArgs({ repository: '/r', registry: 'https://npm.example', caPath: '/ca.pem' }, image);
    expect(behind.join(' ')).toContain('NPM_CONFIG_REGISTRY=https://npm.example --secret id=ca.pem,src=/ca.pem');
  });
});

describe('the list of Debian packages', () => {
  it('may hold comments', () => {
    expect(packageNames('# why\nlsof\n\nprocps # ps\n')).toEqual(['lsof', 'procps']);
  });
});
