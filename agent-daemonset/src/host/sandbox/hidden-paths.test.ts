import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { HiddenPathFinder } from './hidden-paths.ts';

describe('the secrets that a run must not see', () => {
  it.runIf(process.getuid?.() === 0)('are found by their names where whole trees are searched', async () => {
    const logs = await mkdtemp('/var/log/nanny-test-');
    try {
      await writeFile(join(logs, 'app.log'), '');
      await writeFile(join(logs, 'site.key'), '');
      const { files } = await new HiddenPathFinder(systemClock, []).find();
      expect(files).toContain(join(logs, 'site.key'));
      expect(files).not.toContain(join(logs, 'app.log'));
    } finally {
      await rm(logs, { recursive: true });
    }
  });
});
