import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@nannyapi/process';
import { startApiServer } from '@nannyapi/standalone';
import { Registry } from 'prom-client';

/** The registry of an embedded API server, read off one that was started for it: its store makes metrics when it opens. */
export async function registerApiServerMetrics(): Promise<Registry> {
  const registry = new Registry();
  const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-generate-'));
  const log = createLogger({ name: 'generate', level: 'silent' });
  try {
    const server = await startApiServer({ dataDir, port: 0, crds: [], log, registry });
    await server.close();
    return registry;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
