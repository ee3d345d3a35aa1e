import type { CompiledKind } from '../kinds.ts';
import { compileColumn } from '../table/table.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { int32, object, text, time } from './schema-words.ts';

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
        acquireTime: time('When the holder took it.'),
        renewTime: time('When the holder last renewed it.'),
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
    columns: [
      compileColumn({ name: 'Holder', type: 'string', jsonPath: '.spec.holderIdentity', description: 'Who holds it.' }),
      AGE,
    ],
  });
}
