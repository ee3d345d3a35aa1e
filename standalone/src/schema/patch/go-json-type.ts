/** What Go's JSON decoder calls a value in its errors. */
export function goJsonType(value: unknown): 'array' | 'bool' | 'null' | 'number' | 'object' | 'string' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'string' : 'object';
}
