import type { AgentTask, Evidence, Investigation } from '@nannyapi/crds';
import { gunzipSync } from 'node:zlib';
import type { ControlPlane } from './control-plane.ts';
import type { Kubectl } from './kubectl.ts';

/** Applies an investigation of this machine through kubectl and waits for its end. */
export async function investigate(
  kubectl: Kubectl,
  plane: ControlPlane,
  request: { name: string; prompt: string; spec?: object },
): Promise<Investigation> {
  const applied = await kubectl(['apply', '-f', '-'], manifest(plane, request));
  if (applied.exitCode !== 0) throw new Error(`kubectl apply: ${applied.stderr}`);
  return finished(kubectl, request.name);
}

/** The manifest of an investigation of the control plane's own machine, as YAML that is also JSON. */
export function manifest(plane: ControlPlane, request: { name: string; prompt: string; spec?: object }): string {
  return JSON.stringify({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name: request.name },
    spec: { agentRef: { name: plane.agentName }, prompt: request.prompt, ...request.spec },
  });
}

/** Waits with `kubectl wait` until the run has a verdict or failed, and reads it. */
export async function finished(kubectl: Kubectl, name: string): Promise<Investigation> {
  const waited = await kubectl([
    'wait',
    `investigation/${name}`,
    '--for=jsonpath={.status.completionTime}',
    '--timeout=150s',
  ]);
  const investigation = await kubectl.json<Investigation>(['get', 'investigation', name]);
  if (waited.exitCode !== 0) {
    throw new Error(`${name} did not end: ${waited.stderr}\n${JSON.stringify(investigation.status, null, 1)}`);
  }
  return investigation;
}

/** The tasks of a run, by step. */
export async function tasksOf(kubectl: Kubectl, name: string): Promise<AgentTask[]> {
  const { items } = await kubectl.json<{ items: AgentTask[] }>([
    'get',
    'agenttasks',
    '-l',
    `nannyai.dev/investigation=${name}`,
  ]);
  const step = (task: AgentTask): number => Number(task.metadata.labels?.['nannyai.dev/step']);
  return items.toSorted((a, b) => step(a) - step(b));
}

/** The quotes of the verdict that do NOT stand in the stored evidence; looked up here by means of our own. */
export async function ungroundedQuotes(kubectl: Kubectl, investigation: Investigation): Promise<string[]> {
  const tasks = await tasksOf(kubectl, investigation.metadata.name ?? '');
  const resolution = investigation.status?.resolution;
  const quotes = [
    ...(resolution?.evidence ?? []),
    ...(resolution?.ruledOut ?? []).flatMap((rival) => rival.evidence ?? []),
  ];
  const bad: string[] = [];
  for (const { id, quote } of quotes) {
    const [, step, actionID] = /^s(\d+)-(.+)$/.exec(id) ?? [];
    const task = tasks[Number(step)];
    const result = task?.status?.results?.find((entry) => entry.actionID === actionID);
    const known = task?.spec.clusterContext?.find((entry) => entry.id === actionID);
    const text = result ? await textOf(kubectl, result) : (known?.text ?? '');
    if (!squeeze(text).includes(squeeze(quote))) bad.push(`${id}: ${quote}`);
  }
  return bad;
}

async function textOf(kubectl: Kubectl, result: { preview?: string; evidence?: string[] }): Promise<string> {
  if (!result.evidence?.length) return result.preview ?? '';
  const chunks: Buffer[] = [];
  for (const name of result.evidence) {
    const evidence = await kubectl.json<Evidence>(['get', 'evidence', name]);
    chunks.push(gunzipSync(Buffer.from(evidence.spec.data, 'base64')));
  }
  return Buffer.concat(chunks).toString('utf8');
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ');
