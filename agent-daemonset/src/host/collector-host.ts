/** Room of one file system, as statfs(2) tells it. Sizes in bytes. */
export interface FileSystemRoom {
  /** The f_type magic number, for example 0xef53 for ext2/3/4. */
  type: number;
  totalBytes: number;
  freeBytes: number;
  /** What a process without privileges may still use; below `freeBytes` where blocks are reserved for root. */
  availableBytes: number;
  /** 0 where the file system does not count its inodes. */
  totalInodes: number;
  freeInodes: number;
}

/** What one tool said. Text is UTF-8 with U+FFFD for what is none, without NUL. */
export interface ToolRun {
  /** `undefined` when a signal ended it. */
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** True when stdout was cut at `maxBytes`. */
  truncated: boolean;
}

/** Bounds of one tool run. */
export interface ToolRunOptions {
  /** Milliseconds until the tool and all its children are killed. */
  timeoutMs: number;
  /** Bytes of stdout that are kept: the head. */
  maxBytes: number;
}

/**
 * The host as the context collector sees it: it reads and asks, and can change nothing.
 *
 * Absent is a value here, never an exception, because a collector must say something on every host.
 */
export interface CollectorHost {
  /** Where the host's own mounts are told, when they are not the agent's: a pod has made its copies of them read-only. */
  readonly mountinfoPath?: string;
  /**
   * Text of a file, at most `maxBytes` (default 1 MiB) from its start; `undefined` when it is absent or not readable.
   * Reads until the end, whatever size the file claims: those of /proc and /sys claim 0 or 4096.
   */
  readFile(path: string, options?: { maxBytes?: number }): Promise<string | undefined>;
  /** Names in a folder, sorted; empty when it is absent or not readable. */
  readDir(path: string): Promise<string[]>;
  /**
   * Runs a tool in the sandbox, under the safety policy like any other command.
   *
   * @param argv bare name and arguments.
   * @returns `undefined` when the tool is not installed.
   * @throws CodedError `PolicyRefused` for what the policy does not accept: a bug of the caller.
   */
  run(argv: readonly string[], options: ToolRunOptions): Promise<ToolRun | undefined>;
  /** Room of the file system that holds `path`; `undefined` when it does not answer within a second (a hung NFS mount). */
  statfs(path: string): Promise<FileSystemRoom | undefined>;
  /** Wall-clock time. */
  now(): Date;
  /** Resolves after `ms` milliseconds, rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Process ids of the agent and of everything it started, so that it does not blame itself. */
  ownPids(): ReadonlySet<number>;
}
