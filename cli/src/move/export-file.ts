import { createHash } from 'node:crypto';
import type { KubeObject, ResourceType } from '@nannyapi/runtime';
import { dump } from 'js-yaml';

/** Longest name of an object that, with `.yaml`, is a file name everywhere: 255 bytes at most. */
const MAX_NAME_LENGTH = 250;

/** Path of an object inside an export: `investigations/default/slow.yaml`, `namespaces/default.yaml`. */
export function exportPath(resource: ResourceType, { metadata }: KubeObject): string[] {
  const folders = metadata.namespace === undefined ? [resource.plural] : [resource.plural, metadata.namespace];
  return [...folders, `${fileName(metadata.name ?? '')}.yaml`];
}

/** Two long names may begin alike; a digest of the whole tells them apart. */
function fileName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.slice(0, MAX_NAME_LENGTH - 17)}-${digest}`;
}

/** An object as YAML text. Keys are sorted, so that the same object is the same text every time. */
export function exportText(object: KubeObject): string {
  return dump(object, { sortKeys: true, lineWidth: -1, noRefs: true });
}
