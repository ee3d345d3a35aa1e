import type { CompiledKind } from '../kinds.ts';

/** Prefix of the meta/v1 types. */
export const META_PREFIX = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

const BUILTIN_PREFIXES: Record<string, string> = {
  '': 'io.k8s.api.core.',
  'events.k8s.io': 'io.k8s.api.events.',
  'authentication.k8s.io': 'io.k8s.api.authentication.',
  'authorization.k8s.io': 'io.k8s.api.authorization.',
  'rbac.authorization.k8s.io': 'io.k8s.api.rbac.',
  autoscaling: 'io.k8s.api.autoscaling.',
  'coordination.k8s.io': 'io.k8s.api.coordination.',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.',
};

/** Name of a kind's schema in OpenAPI documents: `dev.nannyai.v1alpha1.Investigation`, `io.k8s.api.core.v1.Secret`. */
export function componentName(kind: CompiledKind): string {
  const { group, version } = kind.resource;
  const builtin = kind.isCustomResource ? undefined : BUILTIN_PREFIXES[group];
  const prefix = builtin ?? `${group.split('.').reverse().join('.')}.`;
  return `${prefix}${version}.${kind.resource.kind}`;
}

/** Group, version and kind as OpenAPI extensions carry them. */
export function groupVersionKind(kind: CompiledKind): { group: string; kind: string; version: string } {
  const { group, version } = kind.resource;
  return { group, kind: kind.resource.kind, version };
}

/** Path of a group-version below the server's root: `api/v1` or `apis/nannyai.dev/v1alpha1`. */
export function groupVersionPath(kind: CompiledKind): string {
  const { group, version } = kind.resource;
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}
