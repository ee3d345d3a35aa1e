import {
  AGENT_PATHS,
  CLUSTER_ITEMS,
  CONTEXT_ITEMS,
  OUTPUT_CHUNK_BYTES,
  PREVIEW_BYTES,
  STDERR_BYTES,
  wireSchemas,
} from '@nannyapi/protocol';
import { block, bytes, code, generatedBy, page, table } from './markdown.ts';
import { fieldsOf, type FieldSchema } from './schema-fields.ts';

const { claim, progress, result, output } = AGENT_PATHS;
const UID = '{uid}';

/** `docs/reference/protocol.md`: what agents and the control plane say to each other. */
export function renderProtocol(): string {
  const bodies = Object.values(wireSchemas).toSorted((a, b) => (a.title < b.title ? -1 : 1));
  return page(
    generatedBy('protocol/src/wire'),
    '# Agent protocol',
    'Agents dial out only, over HTTPS, with `Authorization: Bearer`. The token says which Agent speaks; it opens nothing else. Unknown fields are errors on both sides: versions are told apart by the path, `/agent/v1`. Errors are [problem+json](errors.md).',
    'Delivery is at least once, starts are at most once: the agent writes a claim to its journal on disk before the deed. A start whose end the journal lacks is `Unknown` and is never repeated.',
    '## Endpoints',
    table(['Method', 'Path', 'Body', 'Answer', 'Meaning'], endpoints()),
    '## Events of the stream',
    'Every connect starts with `hello` and then all open tasks, so nothing is missed and there is no resume.',
    table(
      ['Event', 'Data', 'Meaning'],
      [
        ['`hello`', '[Hello](#hello)', 'Who the agent is for the control plane. Always the first.'],
        ['`task`', '[Task](#task)', 'One open task, whole. Sent again after every reconnect until it ends.'],
        ['`cancel`', '[Cancel](#cancel)', 'Stop this task, kill what it runs, report what there is.'],
        ['`ping`', '', 'Shows that the connection lives.'],
      ],
    ),
    '## Who may set what',
    'One writer a field. The operator and agents meet in the AgentTask only; what an agent says is written down by the API, which holds the rights.',
    table(
      ['Field', 'Example', 'Who may set it', 'Meaning'],
      WRITERS.map((row) => [...row]),
    ),
    '## Sizes',
    table(
      ['What', 'Limit'],
      [
        ['Output that stands whole in `preview`', `${bytes(PREVIEW_BYTES)} bytes`],
        ['Head of standard error that is kept', `${bytes(STDERR_BYTES)} bytes`],
        ['Output chunk before compression', `${bytes(OUTPUT_CHUNK_BYTES)} bytes`],
      ],
    ),
    '## The context',
    'Step 0 is a CollectContext task. Its results have these action ids, so that item `cpu` is evidence `s0-cpu`:',
    table(
      ['Item', 'Shows'],
      Object.entries(CONTEXT_ITEMS).map(([id, what]) => [code(id), what]),
    ),
    'Of a node or a pod the operator adds what the API server knows when it creates a step. It stands in `spec.clusterContext` of the task and never travels to the agent; item `pod` of step 0 is evidence `s0-pod`:',
    table(
      ['Item', 'Shows'],
      Object.entries(CLUSTER_ITEMS).map(([id, what]) => [code(id), what]),
    ),
    'Each item is text: a header line with `#`, then one fact a line as `kind key=value …`, with units on the values.',
    block('# cpu: processors, load and CPU pressure; sampled over 2.19 s\nload load1=5.22 load5=4.79 load15=3.12'),
    '## Bodies',
    ...bodies.flatMap((schema) => [`### ${schema.title}`, bodyTable(schema as FieldSchema)]),
  );
}

function endpoints(): string[][] {
  return [
    ['GET', code(AGENT_PATHS.stream), '', 'server-sent events', 'Receive tasks.'],
    [
      'POST',
      code(AGENT_PATHS.heartbeat),
      '[Heartbeat](#heartbeat)',
      '[HeartbeatResponse](#heartbeatresponse)',
      'Tell how the host is. The answer says how often.',
    ],
    [
      'POST',
      code(AGENT_PATHS.investigations),
      '[AnomalyReport](#anomalyreport)',
      '`name`, `uid`',
      'Open an Investigation of the own host.',
    ],
    [
      'POST',
      code(claim(UID)),
      '[ClaimRequest](#claimrequest)',
      '[ClaimResponse](#claimresponse)',
      'Take a task. Idempotent for one journal; at most one journal ever gets a task.',
    ],
    ['POST', code(progress(UID)), '[Progress](#progress)', '204', 'Told to people who follow the run, never stored.'],
    [
      'PUT',
      code(output(UID, '{actionID}', 'stdout', 0).replace('stdout/0', '{stream}/{chunk}')),
      '`application/gzip`',
      '`name`, `rawBytes`, `digest`',
      'Store a piece of output. Idempotent, any order. `stream` is `stdout` or `stderr`.',
    ],
    [
      'POST',
      code(result(UID)),
      '[TaskResult](#taskresult)',
      '`outcome`',
      'End a task. Sent again until acknowledged; the first one counts.',
    ],
  ];
}

/** The handshake over one AgentTask and one Agent; the order is the order in time. */
const WRITERS = [
  ['Agent `spec`', '`access: Enabled`', 'people', 'Whether the host may connect and gets work.'],
  ['Agent `status.facts`, `status.capabilities`', '`cpus: 2`', 'API, from heartbeats', 'What the host is and can do.'],
  [
    'Agent `status.conditions`, `status.phase`',
    '`Ready=True`',
    'operator',
    'Judged from what the API wrote and the time.',
  ],
  ['Investigation `spec`', '`prompt`', 'people; API for anomaly reports', 'The question and its bounds.'],
  ['AgentTask `spec`', '`actions`', 'operator, in one write', 'What to do. Immutable, but for `cancel`.'],
  ['AgentTask `spec.cancel`', '`true`', 'operator', 'Goes from false to true, once.'],
  [
    'AgentTask `status.claim`',
    '`journalID`',
    'API, from the claim',
    'Which journal took the task. The first one stays.',
  ],
  [
    'AgentTask `status.results`, `status.outcome`',
    '`Succeeded`',
    'API, from the result',
    'What came back. The first one stays.',
  ],
  ['Evidence', '`data`', 'API, from output chunks', 'Output above the size of a preview. Immutable.'],
  ['Investigation `status`', '`resolution`', 'operator', 'What was found so far.'],
] as const;

function bodyTable(schema: FieldSchema): string {
  return table(
    ['Field', 'Type', 'Allowed', 'Meaning'],
    fieldsOf(schema).map(({ path, isRequired, type, bounds, description }) => [
      `${code(path)}${isRequired ? ' *' : ''}`,
      type,
      bounds,
      description,
    ]),
  );
}
