/**
 * Which of two resourceVersions of one resource is newer: negative when the first is older, 0 when they are equal.
 *
 * They are decimal numbers of any length. Kubernetes promises that since 1.35 (KEP-5504), and every store behind it has
 * always done so.
 *
 * @returns `undefined` when one of them is no such number, and nothing can be said.
 */
export function compareResourceVersions(left: string | undefined, right: string | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (!isNumber(left) || !isNumber(right)) return left === right ? 0 : undefined;
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Without a leading zero, so that longer means greater. */
function isNumber(version: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(version);
}
