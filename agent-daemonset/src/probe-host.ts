import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, systemClock } from '@nannyapi/process';
import type { AgentDeps } from './agent.ts';
import type { HostCapabilities, HostFacts } from './host/host.ts';
import { openHost } from './host/open-host.ts';

/** What `nanny-agent probe` prints. */
export interface ProbeReport {
  policyHash: string;
  facts: HostFacts;
  capabilities: HostCapabilities;
}

/** Looks at this host as the agent would at its start, and leaves nothing behind. */
export async function probeHost(
  { policy, signaller, self }: Pick<AgentDeps, 'policy' | 'signaller' | 'self'>,
  { stateDir: parent, imageDir }: { stateDir: string | undefined; imageDir: string | undefined },
): Promise<ProbeReport> {
  // In a pod nothing but the agent's own folder can be written.
  const folder =
    imageDir === undefined || parent === undefined ? tmpdir() : await makeFolder(parent).then(() => parent);
  const stateDir = await mkdtemp(join(folder, 'nanny-agent-probe-'));
  try {
    const { pid: agentPid, isRoot, arch } = self;
    const host = await openHost({
      clock: systemClock,
      policy,
      signaller,
      isRoot,
      arch,
      agentPid,
      stateDir,
      ownPaths: [],
      ...(imageDir === undefined ? {} : { imageDir }),
    });
    try {
      return { policyHash: policy.hash, facts: await host.facts(), capabilities: await host.capabilities() };
    } finally {
      await host.close();
    }
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
