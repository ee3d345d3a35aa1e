import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { CodedError, withDeadline } from '@nannyapi/process';
import type { ToolWords } from '../tool-run.ts';

const OPEN_DEADLINE_MS = 5_000;

/** What makes a mount namespace. */
export interface NamespaceTools {
  unshare: ToolWords;
  cat: ToolWords;
}

/** A mount namespace that lives as long as a descriptor of the agent holds it. */
export interface MountNamespace {
  /** What `nsenter --mount=` takes, from any process of root. */
  path: string;
  /** The namespace's root as the agent reaches it, until {@link MountNamespace.settle}; e.g. /proc/123/root. */
  rootPath: string;
  /** mountinfo as seen inside, until {@link MountNamespace.settle}. */
  mountinfoPath: string;
  /** Ends the process that made the namespace; from then on only the descriptor holds it. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes a copy of the host's mounts. Later mounts of the host still arrive in it, none of its own ever leaves.
 *
 * A `cat` echoes one line, which proves that unshare(1) is done; no wait is guessed.
 */
export async function openMountNamespace(tools: NamespaceTools, agentPid: number): Promise<MountNamespace> {
  const [file = '', ...before] = tools.unshare;
  const child = spawn(file, [...before, '--mount', '--propagation', 'slave', '--', ...tools.cat], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  try {
    await echo(child);
    const handle = await open(`/proc/${child.pid}/ns/mnt`, 'r');
    return namespaceOf(child, handle, agentPid);
  } catch (error) {
    child.kill('SIGKILL');
    throw new CodedError({ code: 'ToolFailed', message: 'No mount namespace can be made', cause: error });
  }
}

async function echo(child: ChildProcess): Promise<void> {
  using deadline = withDeadline(OPEN_DEADLINE_MS);
  const failed = once(child, 'error', { signal: deadline.signal }).then(([error]) => Promise.reject(error as Error));
  const ended = once(child, 'exit', { signal: deadline.signal }).then(() =>
    Promise.reject(new Error('It ended at once')),
  );
  const answered = child.stdout ? once(child.stdout, 'data', { signal: deadline.signal }) : Promise.resolve();
  child.stdin?.on('error', () => undefined);
  child.stdin?.write('\n');
  // The losers of the race reject later, when the deadline is disposed or the child ends; nobody waits for them.
  for (const loser of [failed, ended]) loser.catch(() => undefined);
  await Promise.race([answered, failed, ended]);
}

function namespaceOf(child: ChildProcess, handle: FileHandle, agentPid: number): MountNamespace {
  const settle = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  };
  return {
    path: `/proc/${agentPid}/fd/${handle.fd}`,
    rootPath: `/proc/${child.pid}/root`,
    mountinfoPath: `/proc/${child.pid}/mountinfo`,
    settle,
    close: async () => {
      await settle();
      await handle.close();
    },
  };
}
