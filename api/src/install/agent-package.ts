import type { Readable } from 'node:stream';

/** Architectures of hosts, in Node's names; `uname -m` calls them x86_64 and aarch64. */
export const AGENT_ARCHS = ['x64', 'arm64'] as const;
/** One of {@link AGENT_ARCHS}. */
export type AgentArch = (typeof AGENT_ARCHS)[number];

/** A package that is ready to be sent. */
export interface OpenPackage {
  bytes: number;
  /** SHA-256 of these bytes, hexadecimal. */
  sha256: string;
  /** The bytes, from a file; to be read or destroyed. */
  read: () => Readable;
}

/** What a host is installed from: a script, and the agent with all that it needs. */
export interface AgentPackage {
  /**
   * The agent as a gzipped tar archive. The first call may take some seconds, for it packs.
   *
   * @throws CodedError `NotFound` where this control plane has no agent for the architecture, saying what to do.
   */
  open(arch: AgentArch): Promise<OpenPackage>;
  /** The install script, for a POSIX shell. */
  script(): Promise<string>;
}
