import { factLine } from '@nannyapi/protocol';
import type { ResolveMove } from '../../../../moves/move.ts';
import type { CaseFile, DiagnosisStep } from '../../../diagnostician.ts';
import { nextMove } from '../../playbook.ts';

/** Ids of a pod and a container, as cgroups and kubelet paths bear them. */
export const POD_UID = '0b6c1111-2222-3333-4444-555555555555';
export const CONTAINER_ID = 'a'.repeat(64);
export const POD_CGROUP = `kubepods/burstable/pod${POD_UID}`;

/** Lines by item. */
export type Items = Readonly<Record<string, readonly string[]>>;

/** The line of the pod that is asked about. */
export function podLine(fields: Parameters<typeof factLine<'pod'>>[1] = {}): string {
  return factLine('pod', {
    namespace: 'shop',
    name: 'web-1',
    uid: POD_UID,
    asked: true,
    phase: 'Running',
    node: 'node1',
    ready: '0/1',
    age: '840s',
    owner: 'ReplicaSet/web-5d4f, Deployment/web',
    ...fields,
  });
}

/** The line of its container. */
export function containerLine(fields: Parameters<typeof factLine<'container'>>[1] = {}): string {
  return factLine('container', {
    namespace: 'shop',
    pod: 'web-1',
    container: 'app',
    asked: true,
    id: CONTAINER_ID,
    state: 'running',
    age: '800s',
    ready: true,
    restarts: 0,
    image: 'shop:2',
    ...fields,
  });
}

/** An event about the pod. */
export function eventLine(fields: Parameters<typeof factLine<'kube_event'>>[1]): string {
  return factLine('kube_event', {
    object: 'Pod/web-1',
    namespace: 'shop',
    type: 'Warning',
    count: 3,
    age: '5s',
    ...fields,
  });
}

const CALM: Items = {
  cpu: [
    factLine('cpu', { core: 'total', busy: '5%', idle: '95%' }),
    factLine('cpu', { core: '0', busy: '5%', idle: '95%' }),
    factLine('cpu', { core: '1', busy: '5%', idle: '95%' }),
  ],
  memory: [
    factLine('memory', { total: '8000000000B', available: '6000000000B', available_share: '75%' }),
    factLine('psi', { resource: 'memory', kind: 'some', sample_stalled: '0%' }),
  ],
  filesystems: [
    factLine('filesystem', { mount: '/', type: 'ext4', device: '/dev/vda', access: 'rw', size: '900000B', use: '40%' }),
  ],
  node: [
    factLine('node_condition', { node: 'node1', type: 'Ready', status: 'True', age: '9000s' }),
    factLine('node_condition', { node: 'node1', type: 'DiskPressure', status: 'False', age: '9000s' }),
  ],
  'cluster-dns': [
    factLine('dns_service', {
      namespace: 'kube-system',
      name: 'kube-dns',
      cluster_ip: '10.96.0.10',
      ready_endpoints: 1,
      not_ready_endpoints: 0,
    }),
  ],
};

/** What was seen, and what every command of a later step brings. */
export interface PodCase {
  prompt?: string;
  items: Items;
  /** Items of the API server with later steps; those of step 0 unless said. */
  later?: Items;
  /** Output of commands by the start of the command; others bring nothing. */
  outputs?: Readonly<Record<string, string>>;
  tools?: string[];
}

/** Lets the playbook run to its verdict, answering each step as the host and the API server would. */
export function verdictOf(given: PodCase): ResolveMove {
  const { prompt = 'The web shop does not work.', items, later = items, outputs = {}, tools } = given;
  const steps: DiagnosisStep[] = [toStep(0, 'context', Object.entries({ ...CALM, ...items }))];
  for (let round = 1; round < 10; round += 1) {
    const move = nextMove(toCase(prompt, steps, tools));
    if (move.kind === 'resolve') return move;
    const told = Object.entries({ node: CALM['node'] ?? [], 'cluster-dns': CALM['cluster-dns'] ?? [], ...later });
    const api = toStep(
      round,
      move.hypothesis,
      told.filter(([id]) => /^(?:pod|events|node|pods|cluster-dns)$/u.test(id)),
    );
    const results = move.actions.map((action, index) => {
      const source = action.tool === 'run' ? action.argv.join(' ') : action.tool;
      const start = Object.keys(outputs).find((command) => source.startsWith(command)) ?? '';
      return toResult(`s${round}-a${index + 1}`, source, outputs[start] ?? '');
    });
    steps.push({ ...api, results: [...results, ...api.results] });
  }
  throw new Error('no verdict after ten steps');
}

function toStep(
  index: number,
  hypothesis: string,
  items: readonly (readonly [string, readonly string[]])[],
): DiagnosisStep {
  const results = items.map(([id, lines]) => toResult(`s${index}-${id}`, id, lines.join('\n')));
  return { index, hypothesis, refused: [], results };
}

function toResult(evidenceID: string, source: string, text: string): DiagnosisStep['results'][number] {
  return { evidenceID, source, text, outcome: 'Succeeded', totalBytes: text.length, omittedBytes: 0, truncated: false };
}

function toCase(prompt: string, steps: DiagnosisStep[], tools: string[] | undefined): CaseFile {
  return {
    investigation: {
      namespace: 'shop',
      name: 'inv',
      uid: 'u',
      episodeID: 'e',
      prompt,
      priority: 'Medium',
      context: {},
      ebpf: 'Forbidden',
    },
    agent: { name: 'node1', facts: {}, capabilities: tools === undefined ? {} : { tools } },
    nextStep: steps.length,
    steps,
    budget: { stepsLeft: 10, secondsLeft: 600, bytesLeft: 1_000_000 },
    mustConclude: false,
  };
}
