import type { KindResource } from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';

type Resource = Pick<KindResource, 'group' | 'plural'>;

/** Groups of built-in kinds whose updates must name the resource version they are based on. */
const STRICT_GROUPS: ReadonlySet<string> = new Set([
  'coordination.k8s.io',
  'apiextensions.k8s.io',
  'admissionregistration.k8s.io',
]);

/** Kinds that a PUT creates when there is no such object. */
const UPSERTED: ReadonlySet<string> = new Set([
  'events',
  'leases.coordination.k8s.io',
  'events.events.k8s.io',
  ...['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(
    (plural) => `${plural}.rbac.authorization.k8s.io`,
  ),
]);

/** True for kinds that a PUT without a resource version overwrites whatever is there. */
export function allowsUnconditionalUpdate(kind: { isCustomResource: boolean; resource: Resource }): boolean {
  return !kind.isCustomResource && !STRICT_GROUPS.has(kind.resource.group);
}

/** True for kinds whose missing objects a PUT creates: events, leases, roles and bindings. */
export function allowsCreateOnUpdate({ group, plural }: Resource): boolean {
  return UPSERTED.has(group === '' ? plural : `${plural}.${group}`);
}

/**
 * The resource version that a write is based on; '' when it is based on none, as `0` means too.
 *
 * @throws StatusError Unknown (500, without a reason) for what is no number: kube-apiserver's storage refuses it so.
 */
export function baseVersion(resourceVersion: string | undefined): string {
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return '';
  if (/^\d+$/.test(resourceVersion)) return resourceVersion;
  throw new StatusError('Unknown', `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
}

/** @throws StatusError Invalid, which names the resource where other refusals name the kind. */
export function missingVersion(resource: Resource, name: string): StatusError {
  const qualified = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const message = 'Invalid value: 0: must be specified for an update';
  const field = 'metadata.resourceVersion';
  return new StatusError('Invalid', `${qualified} ${JSON.stringify(name)} is invalid: ${field}: ${message}`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    causes: [{ reason: 'FieldValueInvalid', field, message }],
  });
}
