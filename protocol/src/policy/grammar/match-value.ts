import { checkPath, checkRecursion } from '../paths/paths.ts';
import { SECRET_SYSCTLS } from '../paths/proc.ts';
import { SECRET_NAME_SEARCHES, SECRET_SEARCHES } from '../paths/secrets.ts';
import { anchored, matchesAny } from '../patterns.ts';
import type { PathUse, Refusal } from '../verdict.ts';
import { isRefusal, refuse, shown } from '../verdict.ts';
import { unreachable } from '../unreachable.ts';
import { REACHABLE_ADDRESSES, WELL_KNOWN_NAMES } from './egress.ts';
import type { ValueKind } from './value-kinds.ts';

/** The paths that an accepted value names, or why it is refused. */
export type ValueVerdict = { readonly verdict: 'accept'; readonly paths: readonly PathUse[] } | Refusal;

type Kind<K extends ValueKind['kind']> = Extract<ValueKind, { kind: K }>;

const ACCEPTED: ValueVerdict = { verdict: 'accept', paths: [] };
const SEARCH_TEXT = '(?:[^$`;&<>\\n]|\\$(?=[|)]|$))*';

/** Judges one value against its kind. */
export function matchValue(kind: ValueKind, text: string): ValueVerdict {
  switch (kind.kind) {
    case 'int':
    case 'decimal':
      return matchNumber(kind, text);
    case 'match':
      return anchored(kind.pattern).test(text)
        ? ACCEPTED
        : refuse('command-value', `${shown(text)} is not ${kind.what}`);
    case 'one':
      return kind.of.includes(text)
        ? ACCEPTED
        : refuse('command-value', `${shown(text)} is none of ${kind.of.join(', ')}`);
    case 'list':
      return matchList(kind, text);
    case 'any':
      return matchAlternatives(kind, text);
    case 'path':
    case 'recursive':
    case 'search':
    case 'namePattern':
    case 'hostName':
    case 'address':
    case 'sysctlKey':
      return matchGuarded(kind, text);
  }
  return unreachable(kind);
}

function matchNumber(kind: Kind<'int' | 'decimal'>, text: string): ValueVerdict {
  const pattern = kind.kind === 'int' ? '-?\\d{1,10}' : '\\d{1,7}(?:\\.\\d{1,6})?';
  const value = Number(text);
  if (anchored(pattern).test(text) && value >= kind.min && value <= kind.max) return ACCEPTED;
  return refuse('command-value', `${shown(text)} is not a number from ${kind.min} to ${kind.max}`);
}

function matchList(kind: Kind<'list'>, text: string): ValueVerdict {
  const items = text.split(',');
  if (items.length > kind.max) return refuse('command-value', `more than ${kind.max} values in ${shown(text)}`);
  const paths: PathUse[] = [];
  for (const item of items) {
    const verdict = matchValue(kind.of, item);
    if (isRefusal(verdict)) return verdict;
    paths.push(...verdict.paths);
  }
  return { verdict: 'accept', paths };
}

function matchAlternatives(kind: Kind<'any'>, text: string): ValueVerdict {
  let refusal: Refusal | undefined;
  for (const alternative of kind.of) {
    const verdict = matchValue(alternative, text);
    if (!isRefusal(verdict)) return verdict;
    refusal = moreTelling(refusal, verdict);
  }
  return refusal ?? refuse('command-value', `${shown(text)} is not accepted`);
}

/** Of two refusals the one that teaches more: a guarded path or name above a plain mismatch. */
export function moreTelling(first: Refusal | undefined, second: Refusal): Refusal {
  if (!first) return second;
  const rank = (refusal: Refusal): number => {
    if (refusal.rule === 'path-form') return 1;
    return refusal.rule.startsWith('command-') && refusal.rule !== 'command-unbounded' ? 0 : 2;
  };
  return rank(second) > rank(first) ? second : first;
}

type Guarded = Exclude<ValueKind, Kind<'int' | 'decimal' | 'match' | 'one' | 'list' | 'any'>>;

function matchGuarded(kind: Guarded, text: string): ValueVerdict {
  switch (kind.kind) {
    case 'path': {
      const normal = checkPath(text, kind.access);
      return isRefusal(normal) ? normal : { verdict: 'accept', paths: [{ path: normal.path, access: kind.access }] };
    }
    case 'recursive': {
      const normal = checkRecursion(text);
      return isRefusal(normal) ? normal : { verdict: 'accept', paths: [{ path: normal.path, access: 'list' }] };
    }
    case 'search':
      return matchSearch(text, SECRET_SEARCHES);
    case 'namePattern':
      return matchSearch(text, SECRET_NAME_SEARCHES);
    case 'hostName':
      return matchesAny(WELL_KNOWN_NAMES, text.toLowerCase())
        ? ACCEPTED
        : refuse(
            'egress',
            `looking up ${shown(text)} would carry its name out`,
            'localhost, deb.debian.org, or a name below svc.cluster.local',
          );
    case 'address':
      return matchesAny(REACHABLE_ADDRESSES, text)
        ? ACCEPTED
        : refuse(
            'egress',
            `${shown(text)} is outside`,
            'a private or loopback address, or a well-known resolver such as 1.1.1.1',
          );
    case 'sysctlKey':
      return matchSysctlKey(text);
  }
  return unreachable(kind);
}

function matchSearch(text: string, secrets: readonly string[]): ValueVerdict {
  if (!anchored(SEARCH_TEXT).test(text)) {
    return refuse(
      'command-value',
      `${shown(text)} holds a shell character`,
      'a pattern without dollar, backtick, semicolon, ampersand and angle brackets',
    );
  }
  const lower = text.toLowerCase();
  if (
    matchesAny(
      secrets.map((secret) => `.*(?:${secret}).*`),
      lower,
    )
  ) {
    return refuse(
      'secret-search',
      `${shown(text)} looks for secrets`,
      'a pattern of the fault, such as error or "Out of memory"',
    );
  }
  return ACCEPTED;
}

function matchSysctlKey(text: string): ValueVerdict {
  if (!anchored('[a-z][a-z0-9_-]*(?:[./][A-Za-z0-9_@:-]+)*').test(text)) {
    return refuse('command-operand', `${shown(text)} is not a key to read`, 'sysctl vm.overcommit_memory');
  }
  return matchesAny(SECRET_SYSCTLS, text.toLowerCase())
    ? refuse('path-secret', `${shown(text)} is key material`, 'another key')
    : ACCEPTED;
}
