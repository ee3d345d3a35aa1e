const RANK: Record<string, number> = { alpha: 0, beta: 1, '': 2 };

/**
 * Orders API versions as Kubernetes prefers them: stable before beta before alpha, higher numbers first
 * (`v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`); other names last, by alphabet.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : Number(a > b);
  }
  return right.rank - left.rank || right.major - left.major || right.minor - left.minor;
}

function parse(version: string): { rank: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  return { rank: RANK[match[2] ?? ''] ?? 0, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
