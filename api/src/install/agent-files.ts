import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedAgentDeps } from './packed-agent.ts';

/** Where the parts of an agent's package are on this machine. */
export type AgentFiles = Pick<PackedAgentDeps, 'bundlePath' | 'installFolder' | 'launcherPath'>;

/**
 * Finds the agent's bundle, its launcher and its install script: beside the bundle of this program, as in an image, else
 * in the clone that the bundle or the sources are in. The agent's bundle itself may be missing; then there is nothing
 * to give out until it is built.
 *
 * @param here folder of the program
 */
export function locateAgentFiles(here = import.meta.dirname): AgentFiles {
  const shipped = join(here, 'install');
  if (existsSync(join(shipped, 'install.sh'))) {
    const launcherPath = join(shipped, 'nanny-agent');
    return { bundlePath: join(here, 'nanny-agent.js'), installFolder: shipped, launcherPath };
  }
  // From dist/ of the clone, or from this very file.
  const roots = [join(here, '..'), join(here, '../../..')];
  const root = roots.find((path) => existsSync(join(path, 'agent-daemonset/install'))) ?? join(here, '../../..');
  return {
    bundlePath: join(root, 'dist/nanny-agent.js'),
    installFolder: join(root, 'agent-daemonset/install'),
    launcherPath: join(root, 'agent-daemonset/bin/nanny-agent'),
  };
}
