import {
  AGENT_LABEL,
  ENROLLMENT_ANNOTATION,
  INVESTIGATION_LABEL,
  ISSUER_ANNOTATION,
  NODE_LABEL,
  ORIGINAL_CREATION_TIME_ANNOTATION,
  RUN_UID_ANNOTATION,
  STEP_LABEL,
  TASK_UID_LABEL,
  USER_CODE_LABEL,
} from '@nannyapi/crds';
import { code, generatedBy, page, table } from './markdown.ts';

/** A label or annotation of ours. */
export interface MetadataKey {
  key: string;
  example: string;
  on: string;
  /** Who may write it: one writer a key. */
  writer: string;
  meaning: string;
}

const UID = 'e537e4ff-df8f-42a6-bde8-8ec2a7ce9c74';

/** Every label that we write; a test finds keys in the code that are missing here. */
export const LABELS: readonly MetadataKey[] = [
  {
    key: INVESTIGATION_LABEL,
    example: 'uploads-fail',
    on: 'AgentTask, Evidence',
    writer: 'operator on tasks, API on evidence',
    meaning:
      'Name of the Investigation, cut to 63 characters. For selectors of people: `-l nannyai.dev/investigation=NAME`.',
  },
  {
    key: STEP_LABEL,
    example: '2',
    on: 'AgentTask',
    writer: 'operator',
    meaning: 'Number of the step, from 0.',
  },
  {
    key: AGENT_LABEL,
    example: '3f1c9a0b5d7e2a46',
    on: 'AgentTask, AgentCredential',
    writer: 'operator on tasks, API on credentials',
    meaning:
      'The agent that the object is for: 16 hex digits of a hash of its namespace and name. The API finds the tasks of one agent in all namespaces by it.',
  },
  {
    key: NODE_LABEL,
    example: 'node1',
    on: 'Agent',
    writer: 'API',
    meaning: 'The Kubernetes node whose agent it is, cut to 63 characters. What counts is `spec.nodeName`.',
  },
  {
    key: TASK_UID_LABEL,
    example: UID,
    on: 'Evidence',
    writer: 'API',
    meaning: '`metadata.uid` of the AgentTask that brought it.',
  },
  {
    key: USER_CODE_LABEL,
    example: '2c26b46b68ffc68ff99b453c1d304134',
    on: 'DeviceCode',
    writer: 'API',
    meaning: 'The first 32 hex digits of `spec.userCodeHash`, by which the code that a person types is found.',
  },
];

/** Every annotation that we write. */
export const ANNOTATIONS: readonly MetadataKey[] = [
  {
    key: RUN_UID_ANNOTATION,
    example: UID,
    on: 'Investigation',
    writer: 'operator, before the first task; `nanny standalone export`',
    meaning:
      'The `metadata.uid` under which the run began. An object whose annotation differs from its uid came from an export or a backup; nothing runs for it, and if it has no result yet it ends with reason `Restored`.',
  },
  {
    key: ORIGINAL_CREATION_TIME_ANNOTATION,
    example: '2026-03-01T12:00:00Z',
    on: 'what was exported',
    writer: '`nanny standalone export`',
    meaning: 'When the original was created. `metadata.creationTimestamp` is when the copy was.',
  },
  {
    key: ISSUER_ANNOTATION,
    example: 'https://accounts.google.com',
    on: 'User',
    writer: 'API',
    meaning:
      'The issuer whose subject the person is. When the id of a provider is given to another issuer, nobody becomes the person of the same subject there: the login is refused.',
  },
  {
    key: ENROLLMENT_ANNOTATION,
    example: 'DeviceCode/dc-4d967e0ab3f1c205',
    on: 'Agent',
    writer: 'API',
    meaning:
      'What let the host in. An enrolment that broke off goes on with the Agent that it made, and takes over no other.',
  },
];

/** `docs/reference/labels-and-annotations.md`. */
export function renderLabels(): string {
  return page(
    generatedBy('the keys in the code'),
    '# Labels and annotations',
    'Each key has one writer. Whoever else changes one breaks what relies on it. There are no finalizers: children go with their owner by garbage collection.',
    '## Labels',
    keyTable(LABELS),
    '## Annotations',
    keyTable(ANNOTATIONS),
  );
}

function keyTable(keys: readonly MetadataKey[]): string {
  return table(
    ['Key', 'Example', 'On', 'Who may set it', 'Meaning'],
    keys.map(({ key, example, on, writer, meaning }) => [code(key), code(example), on, writer, meaning]),
  );
}
