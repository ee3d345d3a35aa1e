import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Assets } from './assets.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const assets = Assets.load();
const fileOf = (name: string): string => assets.path(name).replace('/assets/', '');

describe('assets', () => {
  it.each([
    'pages.css',
    'timeline.js',
    'run-lines.js',
    'docs.js',
    'icon.svg',
    'swagger-ui.css',
    'swagger-ui-bundle.js',
  ])('%s is served under the hash of its bytes', async (name) => {
    const served = await assets.find(fileOf(name));
    const hash = createHash('sha256').update(served!.body).digest('hex').slice(0, 10);
    expect(assets.path(name)).toBe(`/assets/${name.replace(/(\.\w+)$/, `-${hash}$1`)}`);
    expect(served!.isCurrent).toBe(true);
  });

  it('import one another by the names that they are served under', async () => {
    const timeline = await assets.find(fileOf('timeline.js'));
    expect(timeline!.body.toString()).toContain(`from './${fileOf('run-lines.js')}';`);
    expect(timeline!.body.toString()).not.toContain("from './run-lines.js'");
  });

  it('of another version are the present ones, which nobody may keep', async () => {
    const served = await assets.find('pages-0000000000.css');
    expect(served!.isCurrent).toBe(false);
    expect(served!.type).toBe('text/css; charset=utf-8');
  });

  it.each(['nothing-0000000000.css', 'run-lines.d.ts', 'tsconfig.json', '../pages.css', 'toString', '__proto__'])(
    'do not hold %j',
    async (name) => {
      expect(await assets.find(name)).toBeUndefined();
    },
  );

  it('hold no address of another site and write no markup', async () => {
    for (const name of ['pages.css', 'timeline.js', 'run-lines.js', 'docs.js']) {
      const text = (await assets.find(fileOf(name)))!.body.toString();
      expect(text, name).not.toMatch(/https?:\/\//);
      expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
    }
  });

  it('are held to their types', async () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const checked = promisify(execFile)(tsc, ['--noEmit', '-p', join(ROOT, 'api/assets')]);
    await expect(checked).resolves.toMatchObject({ stdout: '' });
  });
});
