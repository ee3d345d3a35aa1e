/** The collection of the measured objects in a namespace. */
export function tasksPath(namespace: string): string {
  return `/apis/nannyai.dev/v1alpha1/namespaces/${namespace}/agenttasks`;
}

/**
 * An AgentTask as an investigation makes it: three commands and a trace, 1.2 KB as sent, 2.3 KB as stored (with
 * managedFields). Its CRD has defaults, patterns, list-map keys and eight CEL rules.
 */
export function task(name: string): string {
  return JSON.stringify({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentTask',
    metadata: {
      name,
      labels: { 'nannyai.dev/investigation': 'checkout-latency', 'nannyai.dev/agent': 'host-17', 'bench/name': name },
      annotations: { 'nannyai.dev/run-uid': '0d4b5c3e-6f0f-4a55-9d2e-0b9f6c2f6a11' },
    },
    spec: {
      agentRef: { name: 'host-17' },
      type: 'Diagnose',
      hypothesis:
        'Writes to the journal of the database wait for a disk whose queue is full since the nightly backup began.',
      actions: [
        { id: 'queue', run: { argv: ['iostat', '-x', '-d', '1', '3'] } },
        { id: 'waiters', run: { argv: ['ps', '-eo', 'pid,ppid,stat,wchan:32,etimes,args', '--sort', '-etimes'] } },
        { id: 'journal', run: { argv: ['journalctl', '--unit', 'postgresql', '--since', '-15min', '--no-pager'] } },
        {
          id: 'latency',
          trace: {
            program:
              'tracepoint:block:block_rq_issue { @start[args.dev, args.sector] = nsecs; } tracepoint:block:block_rq_complete /@start[args.dev, args.sector]/ { @us = hist((nsecs - @start[args.dev, args.sector]) / 1000); delete(@start[args.dev, args.sector]); }',
            durationSeconds: 10,
          },
        },
      ],
      inferenceID: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
      inputTokens: 5120,
      outputTokens: 212,
      policyHash: `sha256:${'4e'.repeat(32)}`,
      timeoutSeconds: 60,
      maxOutputBytes: 262_144,
    },
  });
}

/** A status as the API writes it, as a merge patch of 2.7 KB; each `turn` differs from the one before. */
export function statusPatch(turn: number): string {
  return JSON.stringify({
    status: {
      claim: { journalID: '00000000-0000-4000-8000-000000000001', time: '2026-01-01T00:00:00Z' },
      outcome: 'Succeeded',
      message: `turn ${turn}`,
      completionTime: '2026-01-01T00:00:07Z',
      conditions: [
        {
          type: 'Succeeded',
          status: 'True',
          reason: 'Succeeded',
          message: `Three commands and a trace, turn ${turn}`,
          lastTransitionTime: '2026-01-01T00:00:07Z',
          observedGeneration: 1,
        },
      ],
      results: ['queue', 'waiters', 'journal', 'latency'].map((actionID) => result(actionID, turn)),
    },
  });
}

function result(actionID: string, turn: number): object {
  return {
    actionID,
    source: `what ${actionID} ran`,
    outcome: 'Succeeded',
    exitCode: 0,
    startTime: '2026-01-01T00:00:01Z',
    completionTime: '2026-01-01T00:00:02Z',
    outputBytes: 300,
    preview: `${turn} ${actionID}\n${'sda 0.0 512.0 11.2 98.7\n'.repeat(12)}`,
    digest: `sha256:${'7c'.repeat(32)}`,
  };
}
