import { existsSync } from 'node:fs';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CageBench } from '../../testing/cage-bench.ts';
import type { CageLevel } from './sandbox/cage.ts';
import { listProcesses } from './process-table.ts';

const isRoot = process.getuid?.() === 0;
const hasBwrap = existsSync('/usr/bin/bwrap');
const BASH = '/usr/bin/bash';

const cages: { name: string; atMost: CageLevel; withoutCgroups: boolean; fits: boolean }[] = [
  { name: 'Full (needs root and bwrap)', atMost: 'Full', withoutCgroups: false, fits: isRoot && hasBwrap },
  {
    name: 'Full without control groups (needs root and bwrap)',
    atMost: 'Full',
    withoutCgroups: true,
    fits: isRoot && hasBwrap,
  },
  { name: 'Reduced (needs root and util-linux)', atMost: 'Reduced', withoutCgroups: false, fits: isRoot },
  { name: 'Minimal', atMost: 'Minimal', withoutCgroups: false, fits: true },
  { name: 'Minimal without control groups', atMost: 'Minimal', withoutCgroups: true, fits: true },
];

for (const { name, atMost, withoutCgroups, fits } of cages) {
  describe.runIf(fits)(`a run in the cage ${name}`, () => {
    let bench: CageBench;
    beforeAll(async () => {
      bench = await CageBench.open({ atMost, withoutCgroups });
    });
    afterAll(async () => bench.close());

    it('hands back exit status, output and standard error apart', async () => {
      const answer = await bench.run({ argv: [BASH, '-c', 'echo out; echo err >&2; exit 3'] });
      expect(answer).toMatchObject({ endedBy: 'Exit', exitCode: 3, out: 'out\n', err: 'err\n', isGone: true });
    });

    it('has no standard input and a small environment of its own', async () => {
      const answer = await bench.run({ argv: [BASH, '-c', 'read line; echo "read $?"; env | sort'] });
      expect(answer.out).toContain('read 1\n');
      expect(answer.out).toContain('LANG=C.UTF-8\n');
      expect(answer.out).not.toMatch(/VITEST|npm_|NODE/);
    });

    it('is interrupted at its deadline and gets to say its last words', async () => {
      const script = 'trap "echo interrupted; exit 0" INT; while :; do sleep 0.05; done';
      const answer = await bench.run({ argv: [BASH, '-c', script] }, { deadlineMs: 300 });
      expect(answer).toMatchObject({ endedBy: 'Deadline', out: 'interrupted\n', isGone: true });
    });

    it('is killed when it ignores the interrupts', async () => {
      const answer = await bench.run({ argv: [BASH, '-c', 'trap "" INT TERM HUP; sleep 60'] }, { deadlineMs: 200 });
      expect(answer).toMatchObject({ endedBy: 'Deadline', isGone: true });
      expect(answer.completionTime.getTime() - answer.startTime.getTime()).toBeLessThan(10_000);
    });

    it('keeps the head of a flood, counts at least the cap and is killed', async () => {
      const answer = await bench.run({ argv: ['/usr/bin/yes'] }, { capBytes: 100_000 });
      expect(answer).toMatchObject({ endedBy: 'OutputCap', isGone: true });
      expect(answer.stdout.bytes()).toHaveLength(100_000);
      expect(answer.stdout.totalBytes).toBeGreaterThan(100_000);
      expect(answer.stdout.isCut).toBe(true);
    });

    it('is ended for a flood of standard error too', async () => {
      const answer = await bench.run({ argv: [BASH, '-c', 'yes >&2'] });
      expect(answer).toMatchObject({ endedBy: 'OutputCap', isGone: true });
    });

    it('is killed at once when it is cancelled', async () => {
      const abort = new AbortController();
      const onStdout = (): void => abort.abort();
      const answer = await bench.run({ argv: [BASH, '-c', 'echo go; sleep 60'] }, { signal: abort.signal, onStdout });
      expect(answer).toMatchObject({ endedBy: 'Cancel', isGone: true, out: 'go\n' });
    });

    // Without control groups only a user of its own can be followed out of session and parent.
    it.runIf(!withoutCgroups || isRoot)(
      'leaves no child behind that forked twice, began a session and ignores signals',
      async () => {
        const mark = `3${Math.trunc(Math.random() * 1e6)}.5`;
        const script = `setsid bash -c 'trap "" INT TERM HUP; (sleep ${mark} & sleep ${mark}) & disown' ; echo started`;
        const answer = await bench.run({ argv: [BASH, '-c', script] });
        expect(answer).toMatchObject({ endedBy: 'Exit', out: 'started\n', isGone: true });
        expect(await processesWith(mark)).toEqual([]);
      },
    );

    it.runIf(isRoot)('survives a fork bomb', async () => {
      const answer = await bench.run(
        { argv: [BASH, '-c', 'bomb() { bomb | bomb & }; bomb; sleep 30'] },
        { deadlineMs: 700 },
      );
      expect(answer.isGone).toBe(true);
    });
  });
}

async function processesWith(word: string): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const processes = await listProcesses();
  const lines = await Promise.all(
    processes.map(async ({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return processes.filter((_, index) => lines[index]?.includes(word)).map(({ pid }) => pid);
}
