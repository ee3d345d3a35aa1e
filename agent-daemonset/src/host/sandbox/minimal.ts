import type { ToolWords } from '../tool-run.ts';
import { programWords, type CageLaunch, type CageRequest, type Sandbox } from './cage.ts';
import { assertGrantable, prlimitArgs } from './rights.ts';

/** What the minimal cage can use. */
export interface MinimalDeps {
  /** Absent where the host has only BusyBox. */
  tools: { setpriv?: ToolWords; prlimit?: ToolWords };
  isRoot: boolean;
  /** What a person can do for a better cage. */
  remedy: string;
}

/**
 * The least cage: another user where the agent is root, no new privileges and limits where util-linux has them.
 * Only commands that need nothing beyond an unprivileged reader run in it.
 */
export function createMinimalSandbox(deps: MinimalDeps): Sandbox {
  return {
    level: 'Minimal',
    hasOwnUsers: deps.isRoot,
    prepare: async (request) => prepare(deps, request),
    close: async () => undefined,
  };
}

function prepare(deps: MinimalDeps, request: CageRequest): CageLaunch {
  assertGrantable(request.needs, { hasCapabilities: false, hasSeccomp: false, remedy: deps.remedy });
  const { setpriv, prlimit } = deps.tools;
  const chain = [
    ...(setpriv === undefined ? [] : [...setpriv, '--no-new-privs', '--']),
    ...(prlimit === undefined ? [] : [...prlimit, ...prlimitArgs(deps.isRoot)]),
    ...programWords(request),
  ];
  const [file = request.path, ...args] = chain;
  return {
    file,
    args,
    environment: request.environment,
    hasKeeper: false,
    inputs: [],
    ...(deps.isRoot ? { identity: { uid: request.uid, gid: request.uid } } : {}),
    layers: [
      ...(deps.isRoot ? ['OwnUser'] : []),
      ...(setpriv === undefined ? [] : ['NoNewPrivileges']),
      ...(prlimit === undefined ? [] : ['ResourceLimits']),
    ],
  };
}
