import type { ApiObject, CompiledKind } from '../kinds.ts';
import { compileColumn } from '../table/table.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { int32, microTime, object, text } from './schema-words.ts';

/** Coordinated leader election is off by default on a cluster, which then drops its fields silently. */
function withoutCoordination(lease: ApiObject): ApiObject {
  if (!isJsonObject(lease['spec'])) return lease;
  const { preferredHolder: _preferredHolder, strategy: _strategy, ...spec } = lease['spec'];
  return { ...lease, spec };
}

/** coordination.k8s.io/v1 Lease. */
export function leaseKind(): CompiledKind {
  return defineBuiltin({
    group: 'coordination.k8s.io',
    kind: 'Lease',
    plural: 'leases',
    namespaced: true,
    description: 'A lock with an expiry, by which one of several replicas leads.',
    properties: {
      spec: object('Who holds the lease and how long.', {
        holderIdentity: text('Who holds it; empty when nobody does.'),
        leaseDurationSeconds: { ...int32('Seconds after renewTime at which others may take it.'), minimum: 1 },
        acquireTime: microTime('When the holder took it.'),
        renewTime: microTime('When the holder last renewed it.'),
        leaseTransitions: { ...int32('How often the holder changed.'), minimum: 0 },
        preferredHolder: text('Who should take it next.'),
        strategy: text('How the next holder is chosen.'),
      }),
    },
    struct: {
      pointers: [
        'holderIdentity',
        'leaseDurationSeconds',
        'acquireTime',
        'renewTime',
        'leaseTransitions',
        'preferredHolder',
        'strategy',
      ].map((field) => `spec.${field}`),
      always: { spec: {} },
    },
    canonicalize: withoutCoordination,
    columns: [
      compileColumn({ name: 'Holder', type: 'string', jsonPath: '.spec.holderIdentity', description: 'Who holds it.' }),
      AGE,
    ],
  });
}
