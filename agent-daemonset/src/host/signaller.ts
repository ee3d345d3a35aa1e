/** The signals that end a run. */
export type EndSignal = 'SIGINT' | 'SIGKILL';

/** Sends signals; the one thing of Node's `process` that the host layer needs, so it is passed in. */
export interface Signaller {
  /**
   * Sends a signal to a process, or with a negative number to its process group.
   *
   * @returns false when there is no such process any more, or it is not ours to signal.
   */
  send(pid: number, signal: EndSignal): boolean;
}

/** A signaller over `process.kill`. */
export function createSignaller(kill: (pid: number, signal: EndSignal) => true): Signaller {
  return {
    send(pid, signal) {
      try {
        return kill(pid, signal);
      } catch {
        // ESRCH: it ended by itself, which is what was wanted. EPERM: the caller sees that it is still there.
        return false;
      }
    },
  };
}
