import { defineBuiltin } from '../builtin/define-builtin.ts';
import { int32, object as objectOf, text } from '../builtin/schema-words.ts';
import type { CrdScale } from '../crd/crd-types.ts';
import type { ApiObject, Cause, CompiledKind, Json, JsonObject, ScaleView } from '../kinds.ts';
import { invalid } from '../structural/cause.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';
import { AGE_COLUMN, compileColumn } from '../table/table.ts';

/** Largest number of replicas: a Scale holds 32 bits. */
const MAX_REPLICAS = 2_147_483_647;

/** The scale subresource of a custom kind: where its numbers are, read and written as an autoscaling/v1 Scale. */
export function scaleView({ specReplicasPath = '', ...paths }: CrdScale, namespaced: boolean): ScaleView {
  const { statusReplicasPath = '', labelSelectorPath = '' } = paths;
  return {
    kind: scaleKind(namespaced),
    specReplicasPath,
    hasReplicas: (object) => typeof valueAt(object, specReplicasPath) === 'number',
    read: (object) => {
      const replicas = numberAt(object, specReplicasPath);
      const selector = labelSelectorPath === '' ? undefined : valueAt(object, labelSelectorPath);
      return {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: identityOf(object),
        // Go writes no zero here, and one in the status.
        spec: replicas === 0 ? {} : { replicas },
        status: {
          replicas: numberAt(object, statusReplicasPath),
          ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
        },
      };
    },
    withReplicas: (object, replicas) =>
      withValue(object as unknown as JsonObject, keysOf(specReplicasPath), replicas) as unknown as ApiObject,
  };
}

/** Violations of an object whose numbers cannot be those of a Scale. */
export function scaleCauses(object: ApiObject, { specReplicasPath, statusReplicasPath }: CrdScale): Cause[] {
  return [specReplicasPath, statusReplicasPath].flatMap((path = '') => {
    const replicas = numberAt(object, path);
    if (replicas < 0) return [invalid(path, replicas, 'should be a non-negative integer')];
    if (replicas <= MAX_REPLICAS) return [];
    return [invalid(path, replicas, `should be less than or equal to ${MAX_REPLICAS}`)];
  });
}

function scaleKind(namespaced: boolean): CompiledKind {
  return defineBuiltin({
    group: 'autoscaling',
    kind: 'Scale',
    plural: 'scales',
    namespaced,
    description: 'How often something is wanted, and how often it is there.',
    properties: {
      spec: objectOf('What is wanted.', { replicas: int32('How many are wanted.') }),
      status: objectOf('What is there.', {
        replicas: int32('How many there are.'),
        selector: text('Selects them by their labels.'),
      }),
    },
    columns: [
      compileColumn({ name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' }),
      compileColumn({ name: 'Available', type: 'integer', jsonPath: '.status.replicas' }),
      compileColumn(AGE_COLUMN),
    ],
    struct: {},
  });
}

function identityOf({ metadata }: ApiObject): ApiObject['metadata'] {
  const { name = '', namespace, uid = '', resourceVersion = '', creationTimestamp = '' } = metadata;
  return { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp };
}

/** Keys of a simple path such as `.spec.replicas`. */
function keysOf(path: string): string[] {
  return path.slice(1).split('.');
}

function valueAt(object: ApiObject, path: string): Json | undefined {
  let value: Json | undefined = object as unknown as JsonObject;
  for (const key of keysOf(path)) value = isJsonObject(value) ? ownValue(value, key) : undefined;
  return value;
}

function numberAt(object: ApiObject, path: string): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : 0;
}

function withValue(object: JsonObject, [key = '', ...rest]: readonly string[], value: Json): JsonObject {
  const below = ownValue(object, key);
  return { ...object, [key]: rest.length === 0 ? value : withValue(isJsonObject(below) ? below : {}, rest, value) };
}
