import { API_VERSION, GROUP, RUN_UID_ANNOTATION } from '@nannyapi/crds';
import type { KubeObject, ResourceType } from '@nannyapi/runtime';
import { exportedNamespace, exportedObject } from './exported-object.ts';
import { LEFT_KINDS, MOVED_KINDS, NamespaceResource, type MovedKind } from './moved-kinds.ts';

/** An object to import, in the form of an export. */
export interface Arrival {
  /** File, and which document of it, for messages. */
  source: string;
  resource: ResourceType;
  /** Absent for a Namespace, which is only made where it is missing. */
  kind?: MovedKind;
  object: KubeObject;
}

/** What is wrong with a document; `field` is dotted. */
export interface Problem {
  source: string;
  field?: string;
  message: string;
}

/** RFC 1123, as Kubernetes checks names. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Checks one document and brings it into the form of an export; also takes what `kubectl get -o yaml` printed.
 *
 * Only what the API server could not say as well, or would say too late, is checked here.
 *
 * @param namespace where everything is to go; absent: where each object was
 */
export function checkDocument(document: unknown, source: string, namespace: string | undefined): Arrival | Problem {
  if (!isMap(document)) return { source, message: 'is no Kubernetes object' };
  const { apiVersion, kind, metadata, status } = document;
  if (typeof kind !== 'string') return { source, field: 'kind', message: 'is missing' };
  if (typeof apiVersion !== 'string') return { source, field: 'apiVersion', message: 'is missing' };
  if (!isMap(metadata)) return { source, field: 'metadata', message: 'is missing' };
  for (const field of ['labels', 'annotations']) {
    if (metadata[field] !== undefined && !isStringMap(metadata[field])) {
      return { source, field: `metadata.${field}`, message: 'is no map from strings to strings' };
    }
  }
  if (status !== undefined && !isMap(status)) return { source, field: 'status', message: 'is no map' };
  const object = document as unknown as KubeObject;
  if (kind === NamespaceResource.kind && apiVersion === NamespaceResource.version)
    return namespaceArrival(object, source);
  return arrivalOf(object, source, namespace);
}

function namespaceArrival(object: KubeObject, source: string): Arrival | Problem {
  if (!isName(object.metadata.name, LABEL, 63)) return nameProblem(source, 'metadata.name', object.metadata.name);
  return { source, resource: NamespaceResource, object: exportedNamespace(object) };
}

function arrivalOf(object: KubeObject, source: string, namespace: string | undefined): Arrival | Problem {
  const kind = MOVED_KINDS.find(({ resource }) => resource.kind === object.kind);
  if (!kind || !object.apiVersion.startsWith(`${GROUP}/`)) return kindProblem(object, source);
  if (object.apiVersion !== API_VERSION) {
    const message = `is '${object.apiVersion}'; this release of nanny imports ${API_VERSION}`;
    return { source, field: 'apiVersion', message };
  }
  const { metadata } = object;
  if (!isName(metadata.name, SUBDOMAIN, 253)) return nameProblem(source, 'metadata.name', metadata.name);
  const target = namespace ?? metadata.namespace;
  if (!isName(target, LABEL, 63)) return nameProblem(source, 'metadata.namespace', target);
  const exported = exportedObject({ ...object, metadata: { ...metadata, namespace: target } }, kind);
  if (kind.moves === 'Run' && !exported.metadata.annotations?.[RUN_UID_ANNOTATION]) {
    const message = `lacks ${RUN_UID_ANNOTATION}, so this is no export of a run; kubectl apply asks a new question`;
    return { source, field: 'metadata.annotations', message };
  }
  return { source, resource: kind.resource, kind, object: exported };
}

function kindProblem({ apiVersion, kind }: KubeObject, source: string): Problem {
  const left = LEFT_KINDS.find(({ resource }) => resource.kind === kind && apiVersion.startsWith(`${GROUP}/`));
  if (left) return { source, field: 'kind', message: `${kind} does not move: ${left.because}` };
  const known = [NamespaceResource, ...MOVED_KINDS.map(({ resource }) => resource)].map((resource) => resource.kind);
  const message = `'${kind}' of ${apiVersion} is none that import takes: ${known.join(', ')}`;
  return { source, field: 'kind', message };
}

function nameProblem(source: string, field: string, value: unknown): Problem {
  return { source, field, message: value === undefined ? 'is missing' : `${JSON.stringify(value)} is no valid name` };
}

function isName(value: unknown, pattern: RegExp, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStringMap(value: unknown): boolean {
  return isMap(value) && Object.values(value).every((entry) => typeof entry === 'string');
}
