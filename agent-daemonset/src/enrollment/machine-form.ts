import type { HostFacts } from '../host/host.ts';
import type { OAuthForm } from '../identity/oauth-client.ts';

/** Which machine this is, and since which boot: with each renewal, so that copies of a host are found out. */
export function machineForm({ machineID, bootID }: HostFacts): OAuthForm {
  return { machine_id: machineID, boot_id: bootID };
}

/** What a host says of itself when it asks to be let in; a person compares it with what they expect. */
export function hostForm(
  facts: HostFacts,
  own: { version: string; name: string | undefined; capabilities: readonly string[] },
): Record<string, string | undefined> {
  const { hostname, arch, osName } = facts;
  return {
    ...machineForm(facts),
    hostname,
    agent_name: own.name,
    version: own.version,
    arch,
    os_name: osName?.slice(0, 128),
    capabilities: own.capabilities.join(' '),
  };
}
