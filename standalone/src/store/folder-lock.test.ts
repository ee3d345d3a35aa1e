import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const HOLDER = `
  import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
  lockFolder(process.argv[1], process.pid);
  process.stdout.write('held\\n');
  setInterval(() => undefined, 1000);
`;

describe('lockFolder', () => {
  it('refuses a folder that another process holds, naming its pid, and takes it once that process was killed', async () => {
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      expect(() => lockFolder(folder, 1)).toThrowError(
        expect.objectContaining({ code: 'DataFolderInUse', message: expect.stringContaining(`pid ${holder.pid}`) }),
      );
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    lockFolder(folder, 1).release();
  });

  it('stays locked for other processes after a second attempt in the same process', async () => {
    const lock = lockFolder(folder, process.pid);
    expect(() => lockFolder(folder, process.pid)).toThrowError(expect.objectContaining({ code: 'DataFolderInUse' }));
    const other = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    other.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const [status] = await once(other, 'close');
    expect(status).not.toBe(0);
    expect(complaint).toContain(`pid ${process.pid}`);
    lock.release();
  });

  it('refuses a second lock in the same process until the first is released', () => {
    const lock = lockFolder(folder, process.pid);
    expect(() => lockFolder(folder, process.pid)).toThrowError(expect.objectContaining({ code: 'DataFolderInUse' }));
    lock.release();
    lockFolder(folder, process.pid).release();
  });
});
