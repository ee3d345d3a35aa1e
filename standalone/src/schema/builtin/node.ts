import type { ApiObject, CompiledKind, JsonObject } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import type { CompiledColumn } from '../table/table.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { anything } from './schema-words.ts';

function readiness(node: ApiObject): string {
  const status = isJsonObject(node['status']) ? node['status'] : {};
  const spec = isJsonObject(node['spec']) ? node['spec'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  const ready = conditions.find((condition) => isJsonObject(condition) && condition['type'] === 'Ready');
  const words = readyWord(isJsonObject(ready) ? ready['status'] : undefined);
  return spec['unschedulable'] === true ? `${words},SchedulingDisabled` : words;
}

function readyWord(status: unknown): string {
  if (status === undefined) return 'Unknown';
  return status === 'True' ? 'Ready' : 'NotReady';
}

function roles(node: ApiObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const names = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix) && key.length > prefix.length) return [key.slice(prefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return names.length === 0 ? '<none>' : [...new Set(names)].sort().join(',');
}

function textColumn(name: string, description: string, cell: (node: ApiObject) => string): CompiledColumn {
  return { definition: { name, type: 'string', format: '', description, priority: 0 }, cell };
}

/** A column of wide output. */
function wideColumn(name: string, description: string, cell: (node: ApiObject) => string): CompiledColumn {
  return { definition: { name, type: 'string', format: '', description, priority: 1 }, cell };
}

function statusOf(node: ApiObject): JsonObject {
  return isJsonObject(node['status']) ? node['status'] : {};
}

function info(key: string, absent: string): (node: ApiObject) => string {
  return (node) => {
    const { nodeInfo } = statusOf(node);
    const value = isJsonObject(nodeInfo) ? nodeInfo[key] : undefined;
    return typeof value === 'string' && value !== '' ? value : absent;
  };
}

function address(type: string): (node: ApiObject) => string {
  return (node) => {
    const { addresses } = statusOf(node);
    const found = (Array.isArray(addresses) ? addresses : []).find(
      (item) => isJsonObject(item) && item['type'] === type,
    );
    return isJsonObject(found) && typeof found['address'] === 'string' ? found['address'] : '<none>';
  };
}

const UNKNOWN = '<unknown>';
const VERSION = textColumn('Version', 'Version of its kubelet.', info('kubeletVersion', ''));
const WIDE_COLUMNS: readonly CompiledColumn[] = [
  wideColumn('Internal-IP', 'Address within the cluster.', address('InternalIP')),
  wideColumn('External-IP', 'Address from outside.', address('ExternalIP')),
  wideColumn('OS-Image', 'Its operating system.', info('osImage', UNKNOWN)),
  wideColumn('Kernel-Version', 'Version of its kernel.', info('kernelVersion', UNKNOWN)),
  wideColumn('Container-Runtime', 'What runs containers on it.', info('containerRuntimeVersion', UNKNOWN)),
];

/** core/v1 Node, as data: nothing runs on it here. */
export function nodeKind(): CompiledKind {
  return defineBuiltin({
    kind: 'Node',
    plural: 'nodes',
    namespaced: false,
    shortNames: ['no'],
    description: 'A machine of the cluster.',
    properties: { spec: anything('What the machine is for.'), status: anything('How the machine is.') },
    hasStatus: true,
    struct: { always: { spec: {}, status: {} } },
    columns: [
      textColumn('Status', 'Whether the node is ready.', readiness),
      textColumn('Roles', 'What the node is for.', roles),
      AGE,
      VERSION,
      ...WIDE_COLUMNS,
    ],
    selectable: ['spec.unschedulable'],
  });
}
