import { goQuote } from '../schema/index.ts';
import type { PolicyRule } from './rbac-objects.ts';

const NONE: readonly string[] = [];

/** What some rules allow that others do not, in rules of one verb, resource and name each. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(atoms).filter((atom) => !owned.some((rule) => covers(rule, atom)));
}

/** A rule as rules that each allow one thing. */
function atoms({
  verbs = NONE,
  apiGroups = NONE,
  resources = NONE,
  resourceNames = NONE,
  ...rest
}: PolicyRule): PolicyRule[] {
  const onResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => {
        const atom = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return resourceNames.length === 0 ? [atom] : resourceNames.map((name) => ({ ...atom, resourceNames: [name] }));
      }),
    ),
  );
  const onPaths = (rest.nonResourceURLs ?? NONE).flatMap((url) =>
    verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...onResources, ...onPaths];
}

function covers(owner: PolicyRule, atom: PolicyRule): boolean {
  return (
    wordsCover(owner.verbs, atom.verbs) &&
    wordsCover(owner.apiGroups, atom.apiGroups) &&
    resourcesCover(owner.resources ?? NONE, atom.resources ?? NONE) &&
    namesCover(owner.resourceNames ?? NONE, atom.resourceNames ?? NONE) &&
    (atom.nonResourceURLs ?? NONE).every((url) => (owner.nonResourceURLs ?? NONE).some((own) => urlCovers(own, url)))
  );
}

function wordsCover(owned: readonly string[] = NONE, wanted: readonly string[] = NONE): boolean {
  return owned.includes('*') || wanted.every((word) => owned.includes(word));
}

function resourcesCover(owned: readonly string[], wanted: readonly string[]): boolean {
  if (wordsCover(owned, wanted)) return true;
  return wanted.every((path) => {
    const slash = path.indexOf('/');
    return owned.includes(path) || (slash >= 0 && owned.includes(`*${path.slice(slash)}`));
  });
}

/** No names means all names. */
function namesCover(owned: readonly string[], wanted: readonly string[]): boolean {
  if (owned.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => owned.includes(name));
}

function urlCovers(owned: string, wanted: string): boolean {
  return owned === wanted || (owned.endsWith('*') && wanted.startsWith(owned.replace(/\*+$/, '')));
}

/** Rules of one resource that differ in nothing but verbs, as one rule. */
export function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const byResource = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs !== undefined) {
      others.push(rule);
      continue;
    }
    const { verbs = NONE, ...place } = rule;
    const key = JSON.stringify(place);
    const known = byResource.get(key);
    byResource.set(key, known === undefined ? rule : { ...known, verbs: [...(known.verbs ?? NONE), ...verbs] });
  }
  return [...others, ...byResource.values()];
}

/** A rule as messages show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function describeRule(rule: PolicyRule): string {
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const;
  const shown = parts.flatMap(([name, words = NONE]) => (words.length === 0 ? [] : [`${name}:${quotedList(words)}`]));
  return `{${shown.join(', ')}}`;
}

/** Words as Go prints a list of quoted strings. */
export function quotedList(words: readonly string[]): string {
  return `[${words.map(goQuote).join(' ')}]`;
}
