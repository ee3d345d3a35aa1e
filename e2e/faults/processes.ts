import { makeCgroup } from './cgroup.ts';
import { buildFault } from './fault.ts';
import type { InjectedFault } from './fault.ts';
import { startScript } from './shell.ts';

/** Stops a worker by a signal: it is alive and does nothing. */
export async function injectStoppedProcess(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const pid = await startScript(undo, 'for n in $(seq 900); do sleep 1; done');
    process.kill(pid, 'SIGSTOP');
    return { mechanism: 'ProcessStopped', component: `\\b${pid}\\b` };
  });
}

/** Lets a process open one file until it may open no more. */
export async function injectDescriptorsExhausted(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const program =
      'import os,time\nfds=[]\nend=time.time()+900\nwhile time.time()<end:\n try: fds.append(os.open("/etc/hostname",os.O_RDONLY))\n except OSError: time.sleep(0.5)\n';
    const pid = await startScript(undo, 'ulimit -n 64; exec python3 -c "$1"', program);
    return { mechanism: 'FileDescriptorsExhausted', component: `\\b${pid}\\b` };
  });
}

/** Lets a worker fork against a limit of 10 processes. */
export async function injectPidsLimit(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'pids', 'pool');
    await group.set('pids.max', '10');
    const work =
      'echo $$ > "$1/cgroup.procs"; for n in 1 2 3 4 5 6 7 8; do sleep 900 & done; while :; do (sleep 1 & sleep 1 & sleep 1) 2>/dev/null; done';
    await startScript(undo, work, group.path);
    return { mechanism: 'PidsLimitReached', component: group.path.split('/').at(-1) ?? group.path };
  });
}

/** Starts a program again and again that dies of a memory fault each time. */
export async function injectCrashLoop(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const program = 'import ctypes; ctypes.string_at(0)';
    await startScript(
      undo,
      'ulimit -c 0; for n in $(seq 900); do python3 -c "$1" 2> /dev/null; sleep 0.5; done',
      program,
    );
    return { mechanism: 'CrashLoop', component: 'python' };
  });
}
