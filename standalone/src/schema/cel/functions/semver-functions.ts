import type { FunctionEntry } from './function-entry.ts';

const NUMBER = '(0|[1-9]\\d*)';
const STRICT = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** A semantic version (semver.org 2.0.0); build metadata does not count. */
export class SemverValue {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
  readonly text: string;

  /** Throws SyntaxError for text that is none. */
  constructor(text: string) {
    const [, major, minor, patch, prerelease = ''] = STRICT.exec(text) ?? [];
    const parts = prerelease === '' ? [] : prerelease.split('.');
    if (
      major === undefined ||
      minor === undefined ||
      patch === undefined ||
      parts.some((part) => /^0\d+$/.test(part))
    ) {
      throw new SyntaxError(
        text.split('.').length < 3
          ? 'No Major.Minor.Patch elements found'
          : `Invalid character(s) found in version ${JSON.stringify(text)}`,
      );
    }
    this.text = text;
    this.numbers = [BigInt(major), BigInt(minor), BigInt(patch)];
    this.prerelease = parts;
  }

  compare(other: SemverValue): bigint {
    for (const index of [0, 1, 2] as const) {
      const order = sign(this.numbers[index], other.numbers[index]);
      if (order !== 0n) return order;
    }
    return comparePrerelease(this.prerelease, other.prerelease);
  }
}

function sign<T>(a: T, b: T): bigint {
  if (a === b) return 0n;
  return a < b ? -1n : 1n;
}

function comparePrerelease(a: readonly string[], b: readonly string[]): bigint {
  // A version without one is the release itself, which comes last.
  if (a.length === 0 || b.length === 0) return sign(b.length, a.length) * (a.length === b.length ? 0n : 1n);
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1n;
    const order = comparePart(part, other);
    if (order !== 0n) return order;
  }
  return sign(a.length, b.length);
}

function comparePart(a: string, b: string): bigint {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return sign(BigInt(a), BigInt(b));
  return isNumber === isOtherNumber ? sign(a, b) : isNumber ? -1n : 1n;
}

/** Text brought to the strict form: no leading `v`, no leading zeros, three numbers. */
function normalize(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const numbers = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3) numbers.push('0');
  return `${numbers.join('.')}${rest}`;
}

function isSemver(text: string): boolean {
  try {
    return new SemverValue(text).text === text;
  } catch {
    // Not a version is the answer, not a fault.
    return false;
  }
}

type Pair = [SemverValue, SemverValue];

/** Kubernetes' semver library. */
export const SEMVER_FUNCTIONS: readonly FunctionEntry[] = [
  ['isSemver(string): bool', isSemver],
  ['isSemver(string, bool): bool', (text: string, isLoose: boolean) => isSemver(isLoose ? normalize(text) : text)],
  ['semver(string): kubernetes.Semver', (text: string) => new SemverValue(text)],
  [
    'semver(string, bool): kubernetes.Semver',
    (text: string, isLoose: boolean) => new SemverValue(isLoose ? normalize(text) : text),
  ],
  ['kubernetes.Semver.major(): int', (version: SemverValue) => version.numbers[0]],
  ['kubernetes.Semver.minor(): int', (version: SemverValue) => version.numbers[1]],
  ['kubernetes.Semver.patch(): int', (version: SemverValue) => version.numbers[2]],
  ['kubernetes.Semver.isLessThan(kubernetes.Semver): bool', (...[a, b]: Pair) => a.compare(b) < 0n],
  ['kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool', (...[a, b]: Pair) => a.compare(b) > 0n],
  ['kubernetes.Semver.compareTo(kubernetes.Semver): int', (...[a, b]: Pair) => a.compare(b)],
];
