import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedAgentDeps } from './packed-agent.ts';

/** Where the parts of an agent's package are on this machine. */
export type AgentFiles = Pick<PackedAgentDeps, 'bundlePath' | 'installFolder' | 'launcherPath'>;

/**
 * Finds the agent's bundle, its launcher and its install script: beside the bundle of this program, else in the clone
 * that its sources are in. The bundle itself may be missing; then there is nothing to give out until it is built.
 */
export function locateAgentFiles(): AgentFiles {
  const here = import.meta.dirname;
  const shipped = join(here, 'install');
  if (existsSync(join(shipped, 'install.sh')))
    return {
      bundlePath: join(here, 'nanny-agent.js'),
      installFolder: shipped,
      launcherPath: join(shipped, 'nanny-agent'),
    };
  const root = join(here, '../../..');
  return {
    bundlePath: join(root, 'dist/nanny-agent.js'),
    installFolder: join(root, 'agent-daemonset/install'),
    launcherPath: join(root, 'agent-daemonset/bin/nanny-agent'),
  };
}
