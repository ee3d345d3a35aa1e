import { open, readdir, statfs } from 'node:fs/promises';
import { CodedError, withDeadline, type Clock } from '@nannyapi/process';
import { cleanText, hostText } from '../output/host-text.ts';
import type { Policy } from '../policy-port.ts';
import type { CollectorHost, FileSystemRoom, ToolRun, ToolRunOptions } from './collector-host.ts';
import type { Host } from './host.ts';
import { familyOf } from './process-table.ts';

const DEFAULT_MAX_BYTES = 1024 * 1024;
const STATFS_DEADLINE_MS = 1_000;
const READ_PIECE_BYTES = 64 * 1024;

/** What the collector's view is made of. */
export interface CollectorViewDeps {
  clock: Clock;
  policy: Policy;
  agentPid: number;
  runCommand: Host['runCommand'];
  signal: AbortSignal;
  /** Set in a pod; its mounts are then not the host's. */
  imageDir?: string;
}

/** The host as the context collector sees it, over the real machine. */
export function createCollectorHost(deps: CollectorViewDeps): CollectorHost {
  return {
    ...(deps.imageDir === undefined ? {} : { mountinfoPath: '/proc/1/mountinfo' }),
    readFile: async (path, options = {}) => readHead(path, options.maxBytes ?? DEFAULT_MAX_BYTES),
    // Absent and closed folders both hold nothing for the collector.
    readDir: async (path) =>
      readdir(path).then(
        (names) => names.sort(),
        () => [],
      ),
    run: async (argv, options) => runTool(argv, options, deps),
    statfs: async (path) => readRoom(path, deps.clock),
    now: () => deps.clock.now(),
    sleep: async (ms, signal) => deps.clock.sleep(ms, { signal }),
    ownPids: () => new Set(familyOf(deps.agentPid)),
  };
}

/** Reads piece by piece to the end: files of /proc tell no size. */
async function readHead(path: string, maxBytes: number): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, 'r');
    const pieces: Buffer[] = [];
    for (let room = maxBytes; room > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(room, READ_PIECE_BYTES));
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) break;
      pieces.push(piece.subarray(0, bytesRead));
      room -= bytesRead;
    }
    return Buffer.concat(pieces).toString('utf8').replaceAll('\0', ' ');
  } catch {
    // Absent, not readable, or gone while it was read (a process that ended): all mean "unknown" to the collector.
    return undefined;
  } finally {
    await file?.close();
  }
}

async function runTool(
  argv: readonly string[],
  options: ToolRunOptions,
  { policy, runCommand, signal }: CollectorViewDeps,
): Promise<ToolRun | undefined> {
  const verdict = policy.checkArgv(argv);
  if (verdict.verdict === 'refuse') throw new CodedError({ code: 'PolicyRefused', message: verdict.message });
  try {
    const run = await runCommand(verdict, { deadlineMs: options.timeoutMs, capBytes: options.maxBytes, signal });
    return {
      exitCode: run.exitCode,
      stdout: hostText(run.stdout.bytes()),
      stderr: cleanText(run.stderr.bytes().toString('utf8')),
      timedOut: run.endedBy === 'Deadline',
      truncated: run.stdout.isCut,
    };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'NotAvailable') return undefined;
    throw error;
  }
}

async function readRoom(path: string, clock: Clock): Promise<FileSystemRoom | undefined> {
  using deadline = withDeadline(STATFS_DEADLINE_MS, { clock });
  const late = new Promise<undefined>((resolve) => {
    deadline.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const asked = statfs(path).then(
    (room): FileSystemRoom => ({
      type: room.type,
      totalBytes: room.blocks * room.bsize,
      freeBytes: room.bfree * room.bsize,
      availableBytes: room.bavail * room.bsize,
      totalInodes: room.files,
      freeInodes: room.ffree,
    }),
    () => undefined,
  );
  return Promise.race([asked, late]);
}
