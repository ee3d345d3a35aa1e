import type { ApiObject, CompiledKind } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { compileColumn, type CompiledColumn } from '../table/table.ts';
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
    columns: [
      textColumn('Status', 'Whether the node is ready.', readiness),
      textColumn('Roles', 'What the node is for.', roles),
      AGE,
      compileColumn({
        name: 'Version',
        type: 'string',
        jsonPath: '.status.nodeInfo.kubeletVersion',
        description: 'Version of its kubelet.',
      }),
    ],
    selectable: ['spec.unschedulable'],
  });
}
