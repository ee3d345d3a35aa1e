/** The README's first command, after the set-up: question in, verdict out, nothing left running. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Investigation } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NANNY } from './system/control-plane.ts';

interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

describe('quickstart', () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-quickstart-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const quickstart = (...args: string[]): Promise<Outcome> =>
    new Promise((done) => {
      execFile(
        NANNY,
        ['quickstart', '--data', dataDir, ...args],
        { timeout: 150_000, maxBuffer: 64 << 20 },
        (error, stdout, stderr) => done({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });

  it('prints one JSON document, with the very texts that the verdict quotes', { timeout: 180_000 }, async () => {
    const { exitCode, stdout, stderr } = await quickstart('--once', '--output', 'json');
    const report = JSON.parse(stdout) as {
      investigation: Investigation;
      evidence: { id: string; source: string; text: string; truncated?: boolean }[];
    };
    const { resolution, conditions } = report.investigation.status ?? {};
    expect(exitCode, JSON.stringify(conditions)).toBe(resolution?.verdict === 'Inconclusive' ? 3 : 0);
    expect(report.investigation.kind).toBe('Investigation');
    for (const { id, quote } of resolution?.evidence ?? []) {
      const item = report.evidence.find((candidate) => candidate.id === id);
      expect(item?.text, id).toContain(quote);
    }
    expect(report.evidence.map(({ id }) => id)).toContain('s0-cpu');
    expect(stderr).toMatch(/step 0/);
    expect(stderr).toMatch(/verdict/);
  });

  it('tells the story to a person and ends, leaving only private files behind', { timeout: 180_000 }, async () => {
    const { stdout } = await quickstart('--once', '--prompt', 'Is anything wrong with this machine?');
    for (const part of ['Is anything wrong with this machine?', 'step 0', 'Proof', 'What to do now']) {
      expect(stdout).toContain(part);
    }
    for (const file of ['kubeconfig', 'nanny.log', 'agent/token', 'api-server/admin.token', 'api-server/ca.key']) {
      expect((await stat(join(dataDir, file))).mode & 0o077, file).toBe(0);
    }
    const token = (await readFile(join(dataDir, 'api-server/admin.token'), 'utf8')).trim();
    expect(await readFile(join(dataDir, 'nanny.log'), 'utf8')).not.toContain(token);
  });

  it.each([
    [['--once', '--prompt', 'slow'], '--prompt must have 10 to 4000 characters, not 4'],
    [['--output', 'json'], '--output json needs --once'],
    [['--once', '--output', 'yaml'], "--output must be text or json, not 'yaml'"],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await quickstart(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
