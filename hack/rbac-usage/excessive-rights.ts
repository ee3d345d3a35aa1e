import type { Right } from './granted-rights.ts';

/** Resources that would let a process become somebody else, or read what is nobody's business. */
const NEVER = new Set([
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/proxy',
  'nodes/proxy',
  'serviceaccounts/token',
]);
const NEVER_VERBS = new Set(['impersonate', 'bind', 'escalate']);

/** Rights that no process of ours may have, however much it would use them; each with what is wrong. */
export function excessiveRights(rights: readonly Right[]): string[] {
  return rights.flatMap((right) => {
    const problem = problemOf(right);
    return problem === undefined ? [] : [`${right.user}: ${right.verb} ${right.resource} (${right.source}) ${problem}`];
  });
}

function problemOf(right: Right): string | undefined {
  if ([right.verb, right.group, right.resource].some((part) => part.includes('*'))) return 'is a wildcard';
  if (NEVER.has(right.resource)) return 'gives a way into pods, nodes or other identities';
  if (NEVER_VERBS.has(right.verb)) return 'lets it act as others or raise its own rights';
  if (right.resource === 'secrets' && right.name === undefined) return 'reads or writes Secrets that are not named';
  return undefined;
}
