import type { Lease } from '@nannyapi/runtime';
import { podsOf } from './components.ts';
import { killContainer } from './container-process.ts';
import { inNamespace } from './session.ts';
import type { Story } from './story.ts';
import { until } from './world.ts';

/**
 * Kills the operator that leads.
 *
 * @returns when it was killed, by `performance.now()`, and the identity of the next leader once there is one
 */
export async function killLeader(story: Story): Promise<{ killedMs: number; nextLeader: Promise<string> }> {
  const { world, session } = story;
  const before = await until(world.leases, { what: 'there is a leader', deadlineMs: 30_000 }, holderOf);
  const leader = podsOf(story, 'operator').find(({ metadata }) => before.startsWith(metadata.name ?? ' '));
  if (!leader) throw new Error(`no pod is ${before}`);
  await killContainer(leader, inNamespace(session.kubectl, session.access.namespace));
  const killedMs = performance.now();
  const nextLeader = until(world.leases, { what: 'another leads', deadlineMs: 60_000 }, (leases) => {
    const holder = holderOf(leases);
    return holder === before ? undefined : holder;
  });
  return { killedMs, nextLeader };
}

function holderOf(leases: readonly Lease[]): string | undefined {
  const lease = leases.find(({ metadata }) => metadata.name === 'nannyapi-operator');
  return lease?.spec?.holderIdentity || undefined;
}
