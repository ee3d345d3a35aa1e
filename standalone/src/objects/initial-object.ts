import { randomUUID } from 'node:crypto';
import type { ApiObject, CompiledKind, ObjectMeta } from '../schema/index.ts';
import { generateName, wantsGeneratedName } from './generated-name.ts';

/** RFC 3339 in whole seconds, the form of meta/v1 Time. */
export function toTime(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

/** Groups of built-in kinds that count their generations. */
const COUNTED_GROUPS: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'admissionregistration.k8s.io']);

/** True for kinds that count their generations: custom ones, CRDs themselves and admission policies. */
export function hasGeneration(kind: CompiledKind): boolean {
  return kind.isCustomResource || COUNTED_GROUPS.has(kind.resource.group);
}

/**
 * The object as a create begins it: a name, identity and birth of the server's making, and no status where the status
 * is a subresource.
 */
export function initialObject(kind: CompiledKind, sent: ApiObject, at: { namespace: string; now: Date }): ApiObject {
  const { status, ...rest } = sent;
  const {
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _deletionGracePeriodSeconds,
    resourceVersion: _resourceVersion,
    namespace: _namespace,
    selfLink: _selfLink,
    ...metadata
  } = sent.metadata as ObjectMeta & { selfLink?: string };
  return {
    ...rest,
    ...(kind.hasStatus || status === undefined ? {} : { status }),
    apiVersion: sent.apiVersion,
    kind: sent.kind,
    metadata: {
      ...metadata,
      ...(wantsGeneratedName(sent) ? { name: generateName(metadata.generateName ?? '') } : {}),
      ...(kind.resource.namespaced ? { namespace: at.namespace } : {}),
      uid: randomUUID(),
      creationTimestamp: toTime(at.now),
      ...(hasGeneration(kind) ? { generation: 1 } : {}),
    },
  };
}
