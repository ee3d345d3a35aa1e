import type { AccessAttributes } from '../auth/authorize.ts';
import type { PolicyRule } from './rbac-objects.ts';

const EVERYTHING = '*';
const NONE: readonly string[] = [];

/** True when a rule allows what is asked for. */
export function ruleAllows(rule: PolicyRule, { verb, resource, path }: AccessAttributes): boolean {
  if (!hasWord(rule.verbs ?? NONE, verb)) return false;
  if (resource === undefined) return (rule.nonResourceURLs ?? NONE).some((pattern) => urlMatches(pattern, path));
  if (!hasWord(rule.apiGroups ?? NONE, resource.group)) return false;
  const { resourceNames = NONE } = rule;
  if (resourceNames.length > 0 && !resourceNames.includes(resource.name)) return false;
  return resourceMatches(rule.resources ?? NONE, resource);
}

function hasWord(words: readonly string[], wanted: string): boolean {
  return words.includes(EVERYTHING) || words.includes(wanted);
}

function resourceMatches(
  resources: readonly string[],
  { plural, subresource }: { plural: string; subresource: string },
): boolean {
  if (subresource === '') return hasWord(resources, plural);
  return hasWord(resources, `${plural}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A star stands for anything, at the end of a path only. */
export function urlMatches(pattern: string, path: string): boolean {
  if (pattern === EVERYTHING || pattern === path) return true;
  return pattern.endsWith(EVERYTHING) && path.startsWith(pattern.replace(/\*+$/, ''));
}
