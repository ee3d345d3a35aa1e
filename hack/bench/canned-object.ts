const CONDITIONS = ['Ready', 'Connected', 'PolicyDiffers'].map((type) => ({
  type,
  status: 'True',
  reason: 'AgentConnected',
  message: 'The agent is connected and answers.',
  lastTransitionTime: '2026-11-20T10:00:00Z',
  observedGeneration: 1,
}));
const FIELDS = {
  'f:spec': { 'f:owner': {}, 'f:description': {} },
  'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { 'f:type': {}, 'f:status': {}, 'f:reason': {} } } },
};
const MANAGED_FIELDS = ['spec', 'status'].map((part) => ({
  manager: `nannyapi-${part}`,
  operation: 'Apply',
  apiVersion: 'nannyai.dev/v1alpha1',
  time: '2026-11-20T10:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: FIELDS,
}));

/** The JSON text of one object as big and as varied as an Agent in use: 2.0 KB, of which 0.7 KB are managedFields. */
export function cannedObject(index: number): string {
  const digits = String(index).padStart(12, '0');
  const host = `host-${index}`;
  return JSON.stringify({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: {
      name: `agent-${index}`,
      namespace: 'nannyapi-system',
      uid: `0f8e2f5a-0000-4000-8000-${digits}`,
      resourceVersion: String(1_000_000 + index),
      generation: 1,
      creationTimestamp: '2026-11-20T10:00:00Z',
      labels: {
        'kubernetes.io/hostname': host,
        'nannyai.dev/os': 'debian',
        'nannyai.dev/role': 'worker',
        'topology.kubernetes.io/zone': 'eu-central-1a',
      },
      annotations: { 'nannyai.dev/run-uid': `1f8e2f5a-0000-4000-8000-${digits}` },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: host, uid: `2f8e2f5a-0000-4000-8000-${digits}` }],
      managedFields: MANAGED_FIELDS,
    },
    spec: { owner: 'ops@example.com', description: 'Runs the database of the shop.', access: 'Allowed' },
    status: {
      observedGeneration: 1,
      health: 'Healthy',
      facts: { os: 'Debian GNU/Linux 12', kernel: '6.1.0-18-amd64', cpus: 8, memoryBytes: 33_554_432_000 },
      conditions: CONDITIONS,
    },
  });
}
