/** Name of an object that a field refers to. */
const objectName = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
} as const;
const ref = (description: string) =>
  ({
    description,
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: { name: objectName },
  }) as const;
const int = (minimum: number, maximum: number, description: string) =>
  ({ description, type: 'integer', minimum, maximum }) as const;

/**
 * Body of `POST …/investigations`: the fields of an Investigation's spec that a person may set, and a name.
 *
 * The bounds repeat those of the CRD, so that the OpenAPI document tells them; a test compares the two. Exactly one
 * of agentRef, nodeName and podRef must be there, which the API server checks.
 */
export const NEW_INVESTIGATION = {
  title: 'NewInvestigation',
  type: 'object',
  required: ['prompt'],
  additionalProperties: false,
  properties: {
    name: {
      description: 'Name of the object; made up when absent.',
      type: 'string',
      minLength: 1,
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    },
    agentRef: ref('The agent on the machine to investigate.'),
    nodeName: { description: 'The Kubernetes node to investigate.', ...objectName },
    podRef: ref('The pod to investigate, by the agent of its node.'),
    prompt: {
      description: 'What is wrong, in your words.',
      type: 'string',
      minLength: 10,
      maxLength: 4000,
      pattern: '^[^\\x00]*\\S[^\\x00]*$',
    },
    priority: { description: 'Default: Medium.', type: 'string', enum: ['Low', 'Medium', 'High'] },
    context: {
      description: 'What is known already, as short facts.',
      type: 'object',
      maxProperties: 32,
      additionalProperties: { type: 'string', maxLength: 1024, pattern: '^[^\\x00]*$' },
    },
    limits: {
      description: 'The bounds of the run.',
      type: 'object',
      additionalProperties: false,
      properties: {
        maxSteps: int(1, 50, 'Default: 12.'),
        deadlineSeconds: int(10, 86_400, 'Default: 900.'),
        maxOutputBytes: int(65_536, 67_108_864, 'Default: 4194304.'),
      },
    },
    ebpf: {
      description: 'Whether bpftrace programs may run. Default: Allowed.',
      type: 'string',
      enum: ['Allowed', 'Forbidden'],
    },
    suspend: { description: 'Starts paused.', type: 'boolean' },
    ttlSecondsAfterFinished: int(0, 315_360_000, 'Seconds until the finished run is deleted; kept if absent.'),
  },
} as const;
