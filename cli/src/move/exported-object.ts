import { ORIGINAL_CREATION_TIME_ANNOTATION, RUN_UID_ANNOTATION } from '@nannyapi/crds';
import type { KubeObject, ObjectMeta } from '@nannyapi/runtime';
import type { MovedKind } from './moved-kinds.ts';

/**
 * An object as it is exported: without what only its own API server can say (uid, versions, owners, finalizers).
 *
 * A run bears the uid under which it ran, whether it had begun or not: whatever creates an object from the export,
 * `kubectl apply` too, the operator sees that it is a copy and runs nothing. The form of an exported object is itself.
 */
export function exportedObject(object: KubeObject, { moves }: Pick<MovedKind, 'moves'>): KubeObject {
  const { metadata, status, ...rest } = object;
  const hasStatus = moves === 'Run' && status !== undefined;
  return { ...rest, metadata: exportedMetadata(metadata, moves), ...(hasStatus ? { status } : {}) };
}

function exportedMetadata(metadata: ObjectMeta, moves: MovedKind['moves']): ObjectMeta {
  const { name, namespace, labels, uid, creationTimestamp } = metadata;
  const annotations = {
    ...(creationTimestamp === undefined ? {} : { [ORIGINAL_CREATION_TIME_ANNOTATION]: creationTimestamp }),
    ...(moves === 'Run' && uid !== undefined ? { [RUN_UID_ANNOTATION]: uid } : {}),
    // What an earlier move has noted stands: it tells of the first original.
    ...metadata.annotations,
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...withContent('labels', labels),
    ...withContent('annotations', annotations),
  };
}

/** A Namespace as it is exported. Each cluster sets the label with its name by itself. */
export function exportedNamespace(namespace: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = namespace;
  const { name = '', annotations } = metadata;
  const { 'kubernetes.io/metadata.name': _own, ...labels } = metadata.labels ?? {};
  return {
    apiVersion,
    kind,
    metadata: { name, ...withContent('labels', labels), ...withContent('annotations', annotations) },
  };
}

function withContent(
  key: 'labels' | 'annotations',
  values: Record<string, string> | undefined,
): Pick<ObjectMeta, 'labels' | 'annotations'> {
  return values && Object.keys(values).length > 0 ? { [key]: values } : {};
}
