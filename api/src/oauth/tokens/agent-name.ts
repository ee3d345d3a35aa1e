import type { HostFacts } from '../host-facts.ts';

/** Longest name that is made from what a host says, in characters; room is left for a suffix. */
const MAX_LENGTH = 50;
const SUFFIX_LENGTH = 6;

/**
 * Names for the Agent of a host that nobody named, best first: the one that it wants, and that with a suffix of its own.
 *
 * The suffix comes from its key, so that each attempt of the host finds the same name.
 */
export function agentNamesFor({ requestedName, hostname }: HostFacts, thumbprint: string): [string, string] {
  const wanted = plain(requestedName ?? '') || plain(hostname?.split('.')[0] ?? '') || 'host';
  const suffix = Buffer.from(thumbprint, 'base64url').toString('hex').slice(0, SUFFIX_LENGTH);
  return [wanted, `${wanted}-${suffix}`];
}

/** As much of a text as can stand in a name. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}
