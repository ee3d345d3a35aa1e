import type { Network, PathUse } from '@nannyapi/protocol';
import type { RunNeeds } from './rights.ts';

/** What is to be caged: one program with what it needs beyond an unprivileged reader. */
export interface CageRequest {
  /** Absolute path of the program. */
  path: string;
  /** Words that come before the path where another program must load it. */
  loader?: readonly string[];
  args: readonly string[];
  needs: RunNeeds;
  network: Network;
  /** User that the program becomes, one per run; ignored where the agent cannot change users. */
  uid: number;
  environment: Readonly<Record<string, string>>;
  /** Device node that the command names, e.g. /dev/sda, for those few that ask a device itself. */
  devicePath?: string;
  /** What the command looks at, by the policy's reading of it. */
  paths?: readonly PathUse[];
  /** True when the command looks at names and sizes in /tmp, which otherwise is empty. */
  showsTmp?: boolean;
}

/** The words that start the program itself. */
export function programWords({ loader = [], path, args }: Pick<CageRequest, 'loader' | 'path' | 'args'>): string[] {
  return [...loader, path, ...args];
}

/** Text or bytes that the child reads from an inherited descriptor. */
export interface ExtraInput {
  fd: number;
  content: Buffer;
  /** True for the one input that holds the program back: it is written after the run joined its control group. */
  isGate: boolean;
}

/** How to start a caged program: no shell, absolute paths, descriptors from 3 on. */
export interface CageLaunch {
  file: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  inputs: readonly ExtraInput[];
  /** Set where Node itself must change users because no tool of the host does. */
  identity?: { uid: number; gid: number };
  /** True when `file` starts the program as its child and lives on; it then forwards no signal. */
  hasKeeper: boolean;
  /** The layers in force, in the words of `status.results[].sandbox`. */
  layers: readonly string[];
  /** Frees what the launch holds, such as a lock; called when the program may start. */
  openGate?: () => Promise<void>;
}

/** How well a host can cage: in the words of the wire. */
export type CageLevel = 'Full' | 'Reduced' | 'Minimal';

/** Builds launches at one level. */
export interface Sandbox {
  readonly level: CageLevel;
  /** True when each run is a user of its own, so that its processes can be told from all others. */
  readonly hasOwnUsers: boolean;
  /**
   * @throws CodedError `NotAvailable` when the command needs a right that this level cannot grant, naming the
   *   command that adds what is missing.
   */
  prepare(request: CageRequest): Promise<CageLaunch>;
  close(): Promise<void>;
}
