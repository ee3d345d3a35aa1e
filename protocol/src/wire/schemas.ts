/**
 * The bodies that agents and the API exchange, as JSON Schema.
 *
 * Types and validators are generated from here (`npm run generate`). Unknown fields are errors on both sides:
 * versions are told apart by the path (`/agent/v1`), never by guessing.
 */
import {
  AGENT_CAPABILITIES,
  AGENT_FACTS,
  TASK_CLAIM,
  TASK_OUTCOME,
  TASK_RESULTS,
  TASK_SPEC,
} from '../generated/task-schemas.ts';

const text = (maxLength: number) => ({ type: 'string', maxLength }) as const;
const time = {
  type: 'string',
  maxLength: 40,
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$',
} as const;
const uuid = {
  type: 'string',
  maxLength: 36,
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
} as const;
const policyHash = { type: 'string', maxLength: 71, pattern: '^sha256:[0-9a-f]{64}$' } as const;
const actionID = { type: 'string', maxLength: 32, pattern: '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$' } as const;

/** Event `hello` of the stream, always the first. */
export const HELLO = {
  title: 'Hello',
  type: 'object',
  required: ['agent', 'policyHash', 'serverTime', 'heartbeatSeconds'],
  additionalProperties: false,
  properties: {
    agent: { description: 'namespace/name of the Agent that the credential speaks for.', ...text(320) },
    policyHash: { description: "Hash of the control plane's safety policy.", ...policyHash },
    serverTime: { description: 'The clock of the control plane.', ...time },
    heartbeatSeconds: { description: 'How often to send a heartbeat.', type: 'integer', minimum: 1, maximum: 3600 },
  },
} as const;

/** Event `task` of the stream: one open task, whole. Sent again after every reconnect until it ends. */
export const TASK = {
  title: 'Task',
  type: 'object',
  required: ['uid', 'name', 'namespace', 'spec'],
  additionalProperties: false,
  properties: {
    uid: { description: 'Identity of the task; the path of all calls about it.', ...text(64) },
    name: { description: 'Name of the AgentTask.', ...text(253) },
    namespace: { description: 'Namespace of the AgentTask.', ...text(63) },
    spec: TASK_SPEC,
    claim: TASK_CLAIM,
  },
} as const;

/** Event `cancel` of the stream: stop this task, kill what it runs, report what there is. */
export const CANCEL = {
  title: 'Cancel',
  type: 'object',
  required: ['uid', 'reason'],
  additionalProperties: false,
  properties: {
    uid: { description: 'The task to stop.', ...text(64) },
    reason: {
      description: 'Cancelled: still there, report the outcome. Deleted: gone, there is nothing to report to.',
      type: 'string',
      enum: ['Cancelled', 'Deleted'],
    },
  },
} as const;

/** Body of `POST /agent/v1/tasks/{uid}/claim`. */
export const CLAIM_REQUEST = {
  title: 'ClaimRequest',
  type: 'object',
  required: ['journalID', 'policyHash'],
  additionalProperties: false,
  properties: {
    journalID: { description: "Identity of the agent's journal.", ...uuid },
    policyHash: { description: "Hash of the agent's safety policy.", ...policyHash },
  },
} as const;

/** Answer to a claim. The same journal may claim again and gets the same answer. */
export const CLAIM_RESPONSE = {
  title: 'ClaimResponse',
  type: 'object',
  required: ['journalID', 'time'],
  additionalProperties: false,
  properties: { journalID: uuid, time, policyHash },
} as const;

/** Body of `POST /agent/v1/tasks/{uid}/progress`: told to people who follow the run, never stored. */
export const PROGRESS = {
  title: 'Progress',
  type: 'object',
  required: ['actionID', 'state', 'source', 'time'],
  additionalProperties: false,
  properties: {
    actionID,
    state: { type: 'string', enum: ['Started', 'Ended'] },
    source: { description: 'What is run, for people.', ...text(1024) },
    outcome: {
      description: 'With state Ended.',
      type: 'string',
      enum: ['Succeeded', 'Failed', 'Refused', 'TimedOut', 'Cancelled', 'NotAvailable', 'Unknown'],
    },
    time,
  },
} as const;

/** Body of `POST /agent/v1/tasks/{uid}/result`. Sent again until acknowledged; the first one counts. */
export const TASK_RESULT = {
  title: 'TaskResult',
  type: 'object',
  required: ['journalID', 'outcome', 'results'],
  additionalProperties: false,
  properties: {
    journalID: uuid,
    outcome: TASK_OUTCOME,
    message: { description: 'The outcome in words.', ...text(1024) },
    results: TASK_RESULTS,
  },
} as const;

/** Body of `POST /agent/v1/heartbeat`. */
export const HEARTBEAT = {
  title: 'Heartbeat',
  type: 'object',
  required: ['version', 'policyHash', 'journalID', 'facts', 'capabilities'],
  additionalProperties: false,
  properties: {
    version: { description: 'Version of the agent.', ...text(64) },
    policyHash,
    journalID: uuid,
    facts: AGENT_FACTS,
    capabilities: AGENT_CAPABILITIES,
  },
} as const;

/** Answer to a heartbeat. */
export const HEARTBEAT_RESPONSE = {
  title: 'HeartbeatResponse',
  type: 'object',
  required: ['serverTime', 'heartbeatSeconds'],
  additionalProperties: false,
  properties: { serverTime: time, heartbeatSeconds: { type: 'integer', minimum: 1, maximum: 3600 } },
} as const;

/** Body of `POST /agent/v1/investigations`: the agent itself saw something odd. */
export const ANOMALY_REPORT = {
  title: 'AnomalyReport',
  type: 'object',
  required: ['prompt'],
  additionalProperties: false,
  properties: {
    prompt: { type: 'string', minLength: 10, maxLength: 4000 },
    priority: { type: 'string', enum: ['Low', 'Medium', 'High'] },
    context: { type: 'object', maxProperties: 32, additionalProperties: { type: 'string', maxLength: 1024 } },
  },
} as const;
