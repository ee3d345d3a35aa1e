import type { Clock } from '@nannyapi/process';
import type { RunCgroup } from './cgroup.ts';
import { familyOf, listProcesses, processesOfUsers, readProcess } from './process-table.ts';
import type { Signaller } from './signaller.ts';

/** The processes of one run, as a thing to signal: by control group, else by user, else by descent. */
export interface Quarry {
  /** Takes the first process in, before its program starts. */
  adopt(pid: number): Promise<void>;
  /** Sends SIGINT to the run's programs, not to `keeperPid`, which would die and leave its child alone. */
  interrupt(keeperPid: number | undefined): Promise<void>;
  /** Kills until nothing is left. @returns false when something could not be killed. */
  kill(): Promise<boolean>;
}

/** The sure way: nothing leaves a control group by forking or by a new session. */
export function createCgroupQuarry(group: RunCgroup, signaller: Signaller): Quarry {
  return {
    adopt: async (pid) => group.join(pid),
    async interrupt(keeperPid) {
      for (const pid of await group.pids()) if (pid !== keeperPid) signaller.send(pid, 'SIGINT');
    },
    kill: async () => group.kill(),
  };
}

/** Both ways together, for a cage without a gate: what forked before it was moved is found by its user. */
export function createDoubleQuarry(group: Quarry, plain: Quarry): Quarry {
  return {
    async adopt(pid) {
      await plain.adopt(pid);
      // It may have ended already, without a gate.
      await group.adopt(pid).catch(() => undefined);
    },
    interrupt: async (keeperPid) => plain.interrupt(keeperPid),
    async kill() {
      const results = [await group.kill(), await plain.kill()];
      return results.every(Boolean);
    },
  };
}

/** What the ways without control groups need. */
export interface QuarryDeps {
  clock: Clock;
  signaller: Signaller;
  /** Ends all processes of a user in one system call, which a fork bomb cannot outrun; absent without the tools. */
  killUser?: (uid: number) => Promise<void>;
}

const KILL_EVERY_MS = 20;
const KILL_GIVE_UP_MS = 2_000;

/**
 * The second-best ways.
 *
 * @param uid user that no other process has, or `undefined` where the run is not a user of its own: then a process that
 *   leaves both its group and its parent is out of reach, and the missing layer says so.
 */
export function createPlainQuarry(uid: number | undefined, deps: QuarryDeps): Quarry {
  let leader = 0;
  let startTicks: number | undefined;
  const members = async (): Promise<number[]> => {
    // The kernel gives a pid away again; only with its start time does it name the same process.
    const isSame = leader !== 0 && (await readProcess(leader))?.startTicks === startTicks;
    const family = isSame ? familyOf(leader).filter((pid) => pid !== leader) : [];
    const owned = uid === undefined ? [] : await processesOfUsers([uid]);
    const group = leader === 0 ? [] : (await listProcesses()).filter(({ groupID }) => groupID === leader);
    return [...new Set([...family, ...owned, ...group.map(({ pid }) => pid)])];
  };
  return {
    adopt: async (pid) => {
      leader = pid;
      startTicks = (await readProcess(pid))?.startTicks;
    },
    async interrupt(keeperPid) {
      const found = await members();
      for (const pid of found) if (pid !== keeperPid) deps.signaller.send(pid, 'SIGINT');
    },
    async kill() {
      const startMs = deps.clock.monotonicMs();
      for (;;) {
        const found = await members();
        if (found.length === 0) return true;
        if (deps.clock.monotonicMs() - startMs > KILL_GIVE_UP_MS) return false;
        if (uid !== undefined) await deps.killUser?.(uid);
        deps.signaller.send(-leader, 'SIGKILL');
        for (const pid of found) deps.signaller.send(pid, 'SIGKILL');
        await deps.clock.sleep(KILL_EVERY_MS);
      }
    },
  };
}
