import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Portal } from './portal.ts';

const NANNY_AGENT = join(import.meta.dirname, '../../agent-daemonset/bin/nanny-agent');

/** A host whose agent waits to be let in: `nanny-agent enroll` as a real process. */
export interface EnrollingHost {
  /** As it stands on the host's terminal. */
  userCode: string;
  /** The exit status of the agent, once somebody has decided. */
  exited(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the enrolment of another host of this name and waits for its code. */
export async function enrolHost(portal: Portal, name: string): Promise<EnrollingHost> {
  const { plane } = portal;
  const stateDir = await mkdtemp(join(tmpdir(), 'nannyapi-host-'));
  const caPath = join(plane.dataDir, 'api-server/ca.crt');
  await readFile(caPath);
  const args = ['enroll', '--url', plane.facadeUrl, '--ca-file', caPath, '--name', name, '--state-dir', stateDir];
  const child = spawn(NANNY_AGENT, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit').then(([code]) => Number(code));
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  let userCode = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    userCode = /\b[A-Z]{4}-[A-Z]{4}\b/.exec(line)?.[0] ?? '';
    if (userCode !== '') break;
  }
  if (userCode === '') throw new Error(`nanny-agent enroll showed no code:\n${said.join('\n')}`);
  return {
    userCode,
    exited: () => exit,
    close: async () => {
      if (child.exitCode === null) child.kill();
      await exit;
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
