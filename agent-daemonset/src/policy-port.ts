import type { CommandVerdict, PathAccess, PlainVerdict, TraceVerdict } from '@nannyapi/protocol';

/** The safety policy as the agent asks it: its own copy, whatever the control plane applied. */
export interface Policy {
  /** SHA-256 of the policy, as `sha256:<hex>`. */
  hash: string;
  checkArgv(argv: readonly string[]): CommandVerdict;
  checkTrace(program: string): TraceVerdict;
  /** Judges a path again once this host resolved it. */
  checkResolvedPath(path: string, access: PathAccess): PlainVerdict;
  /** Names of all commands that the policy knows. */
  commandNames: readonly string[];
}
