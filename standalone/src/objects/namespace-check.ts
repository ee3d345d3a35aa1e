import type { KindResource } from '../schema/index.ts';
import { forbidden, notFound, StatusError } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';

const NAMESPACES = { group: '', plural: 'namespaces' } as const;

/**
 * Refuses to create an object where it cannot live.
 *
 * @throws StatusError NotFound when the namespace is missing, Forbidden (cause NamespaceTerminating) when it ends.
 */
export function checkNamespace(
  store: ObjectStore,
  resource: KindResource,
  at: { namespace: string; name: string },
): void {
  if (!resource.namespaced) return;
  const namespace = store.head({ resource: 'namespaces', namespace: '', name: at.namespace });
  if (namespace === undefined) throw notFound(NAMESPACES, at.namespace);
  if (!namespace.isDeleting) return;
  const why = `unable to create new content in namespace ${at.namespace} because it is being terminated`;
  const refusal = forbidden(resource, at.name, why);
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${at.namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  throw new StatusError('Forbidden', refusal.message, { ...refusal.statusDetails, causes });
}
