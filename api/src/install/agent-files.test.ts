import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locateAgentFiles } from './agent-files.ts';

describe('the parts of an agent’s package', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-files-'));
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  it('are beside the program where they were shipped with it', async () => {
    await mkdir(join(dir, 'install'));
    await writeFile(join(dir, 'install/install.sh'), '');
    const installFolder = join(dir, 'install');
    const launcherPath = join(installFolder, 'nanny-agent');
    expect(locateAgentFiles(dir)).toEqual({ bundlePath: join(dir, 'nanny-agent.js'), installFolder, launcherPath });
  });

  it('are in the clone, of bundles and of sources', async () => {
    const root = join(import.meta.dirname, '../../..');
    const expected = {
      bundlePath: join(root, 'dist/nanny-agent.js'),
      installFolder: join(root, 'agent-daemonset/install'),
      launcherPath: join(root, 'agent-daemonset/bin/nanny-agent'),
    };
    expect(locateAgentFiles()).toEqual(expected);
    expect(locateAgentFiles(join(root, 'dist'))).toEqual(expected);
    expect(existsSync(join(expected.installFolder, 'install.sh'))).toBe(true);
    expect(existsSync(expected.launcherPath)).toBe(true);
  });
});
