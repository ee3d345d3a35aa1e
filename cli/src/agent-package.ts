import { join } from 'node:path';
import { PackedAgent, locateAgentFiles, type AgentPackage } from '@nannyapi/api';
import { VERSION } from './version.ts';

/** The agent for other hosts, packed at the first download into the data folder. */
export function agentPackage(dataDir: string): AgentPackage {
  return new PackedAgent({
    ...locateAgentFiles(),
    nodePath: process.execPath,
    arch: process.arch,
    version: VERSION,
    cacheFolder: join(dataDir, 'agent-packages'),
  });
}
