/**
 * Regenerates every generated file of the house. `npm run verify` runs it and fails when git sees a difference.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { renderChartFiles } from './generate/chart/chart-files.ts';
import { renderCrdTypes, type CrdDocument } from './generate/crd-types.ts';
import { renderValidators, renderValidatorTypes, renderWireTypes } from './generate/wire.ts';
import { renderSchemaModule, wireSchema, withoutFields } from './generate/wire-schemas.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the API sends to agents; bodies that agents send are validated by the API with the schemas themselves. */
const READ_BY_AGENTS = new Set(['Hello', 'Task', 'Cancel', 'ClaimResponse', 'HeartbeatResponse']);

/** What agents are not told: older ones would refuse a task that holds a field they do not know. */
const OPERATOR_ONLY = [['clusterContext'], ['agentRef', 'namespace']];

const crds = readCrds();
await generateCrdTypes();
generateTaskSchemas();
await generateWire();
generateChart();
await generateReferences();

function readCrds(): Map<string, CrdDocument> {
  const source = join(ROOT, 'crds/v1alpha1');
  const documents = readdirSync(source)
    .toSorted()
    .map((file) => load(readFileSync(join(source, file), 'utf8')) as CrdDocument);
  return new Map(documents.map((crd) => [crd.spec.names.kind, crd]));
}

async function generateCrdTypes(): Promise<void> {
  for (const [kind, crd] of crds) write(`crds/src/generated/${kind.toLowerCase()}.ts`, await renderCrdTypes(crd));
}

function generateTaskSchemas(): void {
  const task = crds.get('AgentTask');
  const agent = crds.get('Agent');
  if (!task || !agent) throw new Error('crds/v1alpha1 lacks AgentTask or Agent');
  const schemas = {
    TASK_SPEC: withoutFields(wireSchema(task, ['spec']), OPERATOR_ONLY),
    TASK_CLAIM: wireSchema(task, ['status', 'claim']),
    TASK_OUTCOME: wireSchema(task, ['status', 'outcome']),
    TASK_RESULTS: wireSchema(task, ['status', 'results']),
    AGENT_FACTS: wireSchema(agent, ['status', 'facts']),
    AGENT_CAPABILITIES: wireSchema(agent, ['status', 'capabilities']),
  };
  write('protocol/src/generated/task-schemas.ts', renderSchemaModule(schemas));
}

/** Reads the wire schemas after the task schemas they build on are written, hence the late import. */
async function generateWire(): Promise<void> {
  const module = (await import('../protocol/src/wire/schemas.ts')) as Record<string, { title: string }>;
  const schemas = Object.values(module);
  write('protocol/src/generated/wire-types.ts', await renderWireTypes(schemas));
  const readByAgents = schemas.filter((schema) => READ_BY_AGENTS.has(schema.title));
  write('protocol/src/generated/validators.js', await renderValidators(readByAgents));
  write('protocol/src/generated/validators.d.ts', renderValidatorTypes(readByAgents));
}

/** Last and imported late, because the references are read from the code that was generated above. */
async function generateReferences(): Promise<void> {
  const { renderReferences } = await import('./generate/docs/references.ts');
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  for (const [path, text] of await renderReferences({ crds: crds.values(), read })) write(path, text);
}

function generateChart(): void {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const list = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(ROOT, folder), join(entry.parentPath, entry.name)))
      .toSorted();
  for (const [path, text] of renderChartFiles({ list, read })) write(path, text);
}

function write(path: string, text: string): void {
  const target = join(ROOT, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`generated ${path}`);
}
