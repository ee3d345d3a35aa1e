import type { CompiledKind } from '../kinds.ts';

/** OpenAPI v2 (Swagger) document of all kinds, as JSON. */
export function openApiV2(kinds: readonly CompiledKind[]): object {
  return { swagger: '2.0', info: { title: 'Kubernetes', version: String(kinds.length) }, paths: {}, definitions: {} };
}
