import { factLine } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../candidate.ts';
import { rankCandidates, toRuleInput } from '../candidates.ts';
import type { CaseFile, DiagnosisStep } from '../../diagnostician.ts';

type ProcessFields = Parameters<typeof factLine<'process'>>[1];

function step(index: number, results: readonly [id: string, source: string, text: string][]): DiagnosisStep {
  return {
    index,
    hypothesis: 'h',
    refused: [],
    results: results.map(([id, source, text]) => ({
      evidenceID: `s${index}-${id}`,
      source,
      outcome: 'Succeeded',
      text,
      totalBytes: text.length,
      omittedBytes: 0,
      truncated: false,
    })),
  };
}

/** The judgement of a second look at two full cores; `seen` are rows of top as `pid %cpu name`. */
function judge(
  processes: readonly ProcessFields[],
  seen: readonly string[],
  { forksPerSecond = 5, more = [] as [string, string, string][], idle = '1.0' } = {},
): { judgement: Judgement | undefined; finding: string; tools: string[] } {
  const lines = processes.map((fields) =>
    factLine('process', { ppid: 1, state: 'R', cpu_lifetime: '90%', age: '60s', own: false, cgroup: '/', ...fields }),
  );
  const cpu = [
    factLine('load', { load1: '4.0', forks_per_s: `${forksPerSecond}/s` }),
    ...['total', '0', '1'].map((core) => factLine('cpu', { core, busy: '99%', idle: '1%' })),
  ];
  const input: CaseFile = {
    investigation: {
      namespace: 'default',
      name: 'inv',
      uid: 'u',
      episodeID: 'e',
      prompt: 'Why is this machine slow?',
      priority: 'Medium',
      context: {},
      ebpf: 'Allowed',
    },
    agent: { name: 'a', facts: {}, capabilities: { bpftraceVersion: '0.17.0' } },
    nextStep: 1,
    steps: [
      step(0, [
        ['cpu', 'cpu', cpu.join('\n')],
        ['processes', 'processes', lines.join('\n')],
      ]),
    ],
    budget: { stepsLeft: 5, secondsLeft: 100, bytesLeft: 1000 },
    mustConclude: false,
  };
  const [candidate] = rankCandidates(toRuleInput(input));
  const rows = seen.map((row) => {
    const [pid = '', percent = '', name = ''] = row.split(' ');
    return `${pid.padStart(7)} root      20   0    2000    900    700 R  ${percent}   0.1   0:09.10 ${name}`;
  });
  const top = `\ntop - x\n%Cpu(s): 98.0 us,  1.0 sy,  0.0 ni,  ${idle} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n${rows.join('\n')}\n`;
  return {
    judgement: candidate?.confirmation.judge(step(1, [['a1', 'top -b', top], ...more])),
    finding: candidate?.finding.component ?? '',
    tools: candidate?.confirmation.actions.map((action) => action.tool) ?? [],
  };
}

/** /proc/PID/stat of a shell whose ended children used so many ticks. */
const stat = (ticks: number): string => `1 (x) S\n77 (my (sh) S 1 77 77 0 -1 0 0 0 0 0 3 4 ${ticks} 0 20 0 1 0\n`;

describe('a second look at full processors', () => {
  it('blames the processes that filled them both times', () => {
    const { judgement } = judge(
      [
        { pid: 7, comm: 'yes', cpu: '99%' },
        { pid: 8, comm: 'yes', cpu: '98%' },
      ],
      ['7 97.0 yes', '8 96.0 yes'],
    );
    expect(judgement).toMatchObject({ outcome: 'Confirmed', component: 'processes yes (pids 7, 8)' });
    expect(judgement).not.toHaveProperty('doubt');
  });

  it('names a program, not its first thread, and tells what an interpreter runs', () => {
    const args = 'node /srv/report.js';
    const { judgement } = judge(
      [{ pid: 7, comm: 'MainThread', name: 'node', cpu: '180%', args }],
      ['7 181.0 MainThread'],
    );
    expect(judgement).toMatchObject({
      component: 'process node (pid 7)',
      statement: expect.stringContaining('node (pid 7) running "node /srv/report.js" uses 181% of a core') as string,
    });
  });

  it('is over when they are idle again', () => {
    const { judgement } = judge([{ pid: 7, comm: 'yes', cpu: '190%' }], [], { idle: '60.0' });
    expect(judgement).toMatchObject({ outcome: 'Gone' });
  });

  it('takes new processes of the same name for the same work', () => {
    const { judgement } = judge([{ pid: 7, comm: 'gzip', cpu: '99%', age: '1s' }], ['9 97.0 gzip', '10 80.0 gzip']);
    expect(judgement).toMatchObject({ outcome: 'Confirmed', component: 'processes gzip (pids 9, 10)' });
  });

  it('is in doubt when quite other processes fill them', () => {
    const { judgement } = judge([{ pid: 7, comm: 'cc1', cpu: '190%' }], ['9 99.0 ld', '10 90.0 rustc']);
    expect(judgement).toMatchObject({ outcome: 'Confirmed', component: 'processes ld (pid 9), rustc (pid 10)' });
    expect(judgement).toHaveProperty('doubt');
  });

  it('blames a shell for the short-lived processes that it starts without end', () => {
    const { judgement, finding } = judge(
      [{ pid: 77, comm: 'bash', cpu: '20%', children_cpu: '170%' }],
      ['77 20.0 bash'],
      {
        forksPerSecond: 60,
        more: [
          ['a2', 'cat /proc/uptime /proc/77/stat', `100.00 9.00\n${stat(1000)}`],
          ['a3', 'cat /proc/uptime /proc/loadavg /proc/77/stat', `104.00 9.00\n1 1 1 1/9 9\n${stat(1600)}`],
        ],
      },
    );
    expect(finding).toBe('process bash (pid 77)');
    expect(judgement).toMatchObject({
      outcome: 'Confirmed',
      component: 'process bash (pid 77)',
      statement: expect.stringContaining('short-lived children of bash (pid 77) use 150%') as string,
    });
  });

  it('leaves out a shell whose one long child has just ended', () => {
    const shell = { pid: 77, comm: 'bash', cpu: '0%', children_cpu: '900%' };
    const { finding } = judge([shell, { pid: 7, comm: 'yes', cpu: '180%' }], []);
    expect(finding).toBe('process yes (pid 7)');
  });

  it('asks the kernel who forks where many processes are started, and names it', () => {
    const { judgement, tools } = judge([{ pid: 7, comm: 'true', cpu: '3%' }], ['77 35.0 loop'], {
      forksPerSecond: 900,
      more: [['a2', 'bpftrace', '@forks[loop, 77] 1800\n@forks[cron, 3] 4\n']],
    });
    expect(tools).toContain('trace');
    expect(judgement).toMatchObject({
      outcome: 'Confirmed',
      component: 'process loop (pid 77)',
      statement: expect.stringContaining('loop (pid 77) starts 900 processes a second') as string,
    });
  });
});
