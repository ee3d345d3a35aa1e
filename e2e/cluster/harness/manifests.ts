/** Objects for `kubectl … -f -`, which takes JSON as YAML, but not several documents of it in one text. */
export function manifests(objects: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}
