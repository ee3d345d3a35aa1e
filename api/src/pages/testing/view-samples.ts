/** Objects as the API server has them, for the tests of views. */
import type { Agent, EnrollmentToken, Investigation } from '@nannyapi/crds';
import type { RunEvent } from '../../investigations/run-event.ts';
import type { PageContext } from '../views/layout.ts';

/** The moment at which the samples are looked at. */
export const NOW = new Date('2026-11-25T03:12:40Z');

/** A person who is logged in, and assets without hashes. */
export const CONTEXT: PageContext = {
  now: NOW,
  asset: (name) => `/assets/${name}`,
  viewer: { displayName: 'Anna Ops', name: 'github:12345', csrfToken: 'csrf-token' },
};

const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-25T03:12:30Z',
});

const DF_LINE = '/dev/vdb 33554432 33554432 0 100% /srv/shop';

/** A run that found its cause. */
export function foundInvestigation(): Investigation {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name: 'inv-4tjfj', namespace: 'shop', creationTimestamp: '2026-11-25T03:12:28Z', uid: 'u1' },
    spec: {
      agentRef: { name: 'web-1' },
      prompt: 'The shop cannot save orders since 03:05. What is wrong?',
      priority: 'High',
      requestedBy: 'github:12345',
      context: { alert: 'OrdersFailing', runbook: 'RB-17' },
    },
    status: {
      phase: 'Completed',
      conditions: [
        condition('Accepted', 'True', 'Accepted', 'The target exists.'),
        condition('Succeeded', 'True', 'RootCauseFound', 'The cause is found.'),
      ],
      diagnostician: 'playbook',
      startTime: '2026-11-25T03:12:28Z',
      completionTime: '2026-11-25T03:12:30Z',
      usage: { steps: 2, actions: 3, refusals: 1, outputBytes: 18_432 },
      resolution: {
        verdict: 'RootCauseFound',
        confidence: 'High',
        rootCause: {
          component: 'file system /srv/shop (/dev/vdb, ext4)',
          mechanism: 'FilesystemFull',
          statement:
            'The file system at /srv/shop is full: 100% of its room is used, 0 bytes of 32 MB is left for users. Inodes are not short (1%).',
        },
        evidence: [
          { id: 's0-filesystems', quote: 'filesystem mount=/srv/shop type=ext4 used=33554432B avail=0B used%=100' },
          { id: 's1-a1', quote: DF_LINE },
        ],
        ruledOut: [
          {
            mechanism: 'CPUSaturation',
            statement: 'The processors were 3.7% busy, so work does not wait for them.',
            evidence: [{ id: 's0-cpu', quote: 'cpu core=total busy=3.7% user=2% nice=0% system=1.7%' }],
          },
          { mechanism: 'MemoryPressure', statement: 'Four fifths of the memory are free.' },
        ],
        plan:
          '1. See what uses the room: `du -x -d 1 -h /srv/shop | sort -h | tail`. It only reads.\n' +
          '2. Delete or move what nobody needs. Logs of the shop are in `/srv/shop/log`:\n\n' +
          '   ```sh\n   journalctl --vacuum-size=100M\n   truncate -s 0 /srv/shop/log/access.log\n   ```\n' +
          '3. **Then** see whether orders are saved again.',
      },
    },
  };
}

/** A run under way. */
export function runningInvestigation(): Investigation {
  const { status: _status, ...rest } = foundInvestigation();
  return {
    ...rest,
    metadata: { ...rest.metadata, name: 'inv-run' },
    status: {
      phase: 'InProgress',
      startTime: '2026-11-25T03:12:28Z',
      conditions: [
        condition('Accepted', 'True', 'Accepted', 'The target exists.'),
        condition('Succeeded', 'Unknown', 'InProgress', 'It runs.'),
      ],
      usage: { steps: 2, actions: 1 },
      steps: [{ index: 1, taskRef: { name: 'inv-run-1' }, hypothesis: 'FilesystemFull at /srv/shop lasts' }],
    },
  };
}

/** A run that ended without a verdict. */
export function lostInvestigation(): Investigation {
  const running = runningInvestigation();
  return {
    ...running,
    metadata: { ...running.metadata, name: 'inv-lost' },
    status: {
      ...running.status,
      phase: 'Failed',
      completionTime: '2026-11-25T03:12:39Z',
      conditions: [condition('Succeeded', 'False', 'AgentLost', 'The agent web-1 has been silent for 90 seconds.')],
    },
  };
}

/** What happened in {@link foundInvestigation}. */
export function runEvents(): RunEvent[] {
  const at = (ms: number): string => new Date(Date.parse('2026-11-25T03:12:28Z') + ms).toISOString();
  const action = (step: number, actionID: string, source: string, ms: number): RunEvent[] => {
    const data = { step, actionID, evidenceID: `s${step}-${actionID}`, source };
    return [
      { type: 'action-started', id: `step/${step}/${actionID}/started`, data: { ...data, time: at(ms) } },
      {
        type: 'action-ended',
        id: `step/${step}/${actionID}/ended`,
        data: { ...data, outcome: 'Succeeded', time: at(ms + 40) },
      },
    ];
  };
  return [
    {
      type: 'accepted',
      id: 'accepted',
      data: { name: 'inv-4tjfj', namespace: 'shop', prompt: 'The shop …', agent: 'web-1', time: at(0) },
    },
    {
      type: 'waiting',
      id: 'waiting/AgentReady/AgentSilent',
      data: { condition: 'AgentReady', reason: 'AgentSilent', message: 'silent' },
    },
    {
      type: 'step',
      id: 'step/0',
      data: { step: 0, task: 'inv-4tjfj-0', type: 'CollectContext', actions: [], refused: [], time: at(200) },
    },
    ...action(0, 'host', 'collect host: the machine', 900),
    ...action(0, 'cpu', 'collect cpu: processors, load and CPU pressure', 1100),
    ...action(0, 'filesystems', 'collect filesystems: what is mounted and how full it is', 1300),
    {
      type: 'action-ended',
      id: 'step/0/gpu/ended',
      data: {
        step: 0,
        actionID: 'gpu',
        evidenceID: 's0-gpu',
        source: 'collect gpu: graphics processors',
        outcome: 'NotAvailable',
        message: 'no such device',
        time: at(1400),
      },
    },
    { type: 'step-ended', id: 'step/0/ended', data: { step: 0, outcome: 'Succeeded', time: at(1450) } },
    {
      type: 'step',
      id: 'step/1',
      data: {
        step: 1,
        task: 'inv-4tjfj-1',
        type: 'Diagnose',
        hypothesis: 'FilesystemFull at /srv/shop lasts',
        actions: [
          { id: 'a1', run: { argv: ['df', '-B1', '/srv/shop'] } },
          { id: 'a3', read: { evidenceID: 's0-filesystems', offsetBytes: 16_384 } },
        ],
        refused: [{ action: 'rm -rf /srv/shop/log', rule: 'command.unknown' }],
        time: at(1500),
      },
    },
    ...action(1, 'a1', 'df -B1 /srv/shop', 1600),
    {
      type: 'action-ended',
      id: 'step/1/a2/ended',
      data: {
        step: 1,
        actionID: 'a2',
        evidenceID: 's1-a2',
        source: 'du -x -d 1 -B1 /srv/shop',
        outcome: 'TimedOut',
        message: 'after 10 s',
        time: at(1800),
      },
    },
    { type: 'step-ended', id: 'step/1/ended', data: { step: 1, outcome: 'Succeeded', time: at(1850) } },
    {
      type: 'finding',
      id: 'finding/FilesystemFull/x',
      data: {
        mechanism: 'FilesystemFull',
        component: '/srv/shop',
        statement: 'The file system at /srv/shop is full.',
        evidence: [{ id: 's1-a1', quote: DF_LINE }],
      },
    },
    {
      type: 'verdict',
      id: 'verdict',
      data: { succeeded: true, reason: 'RootCauseFound', message: 'The cause is found.', time: at(2000) },
    },
  ];
}

/** A host, connected. */
export function sampleAgent(): Agent {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: { name: 'web-1', namespace: 'shop', creationTimestamp: '2026-11-01T10:00:00Z' },
    spec: { owner: 'github:12345', description: 'Serves the uploads of the shop.' },
    status: {
      phase: 'Active',
      conditions: [
        condition('Ready', 'True', 'Connected', 'It can be given work.'),
        condition('PolicyDiffers', 'False', 'SamePolicy', 'Both apply the same policy.'),
      ],
      lastSeenTime: '2026-11-25T03:11:55Z',
      version: '0.1.0',
      address: '192.0.2.17',
      facts: {
        hostname: 'web-1.example.com',
        osName: 'Debian GNU/Linux',
        osVersion: '12',
        kernelVersion: '6.1.0-28-amd64',
        arch: 'x86_64',
        cpus: 4,
        memoryBytes: 8_589_934_592,
        virtualization: 'kvm',
      },
      capabilities: {
        privilege: 'Root',
        sandbox: 'Full',
        cgroups: 'V2',
        tools: ['df', 'du', 'free', 'ip', 'journalctl', 'ps', 'ss', 'systemctl', 'vmstat'],
        missing: ['bpftrace: traces cannot run; apt-get install bpftrace'],
      },
    },
  };
}

/** An install token for three hosts. */
export function sampleToken(): EnrollmentToken {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'EnrollmentToken',
    metadata: { name: 'et-7f3k2', namespace: 'nannyapi', creationTimestamp: '2026-11-25T03:00:00Z' },
    spec: {
      tokenHash: `sha256:${'0'.repeat(64)}`,
      agentNamespace: 'shop',
      maxUses: 3,
      expirationTime: '2026-11-26T03:00:00Z',
      description: 'New web servers of rack 4',
      createdBy: 'github:12345',
    },
    status: { uses: 1 },
  };
}
