import type { ClusterEvent, ContainerState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';

/** Why the runs of a container end. */
export type EndCause = 'OOMKilled' | 'LivenessProbe' | 'StartError' | 'Program';

/** A container that ended so long ago has been mended. */
const RECENT_SECONDS = 600;
/** Reasons with which a runtime says that a program could not even be started. */
const START_REASON = /^(?:StartError|ContainerCannotRun|RunContainerError)$/u;

/** True when its runs end again and again, or the last end is recent and it waits to be started. */
export function endsAgainAndAgain(container: ContainerState): boolean {
  if (container.reason === 'CrashLoopBackOff' || container.reason === 'RunContainerError') return true;
  const isOver = container.state === 'terminated' && container.exitCode !== 0 && container.restarts > 0;
  const isRecent = (container.lastFinishedSecondsAgo ?? Infinity) <= RECENT_SECONDS;
  return isOver || (container.restarts >= 2 && isRecent);
}

/** The exit code and reason of the last run that is over; of a container that waits or runs, of the run before. */
export function lastEnd(container: ContainerState): { reason: string; exitCode: number | undefined } {
  return container.state === 'terminated'
    ? { reason: container.reason, exitCode: container.exitCode }
    : { reason: container.lastReason, exitCode: container.lastExitCode };
}

/** Why its last run ended, as the API server tells. */
export function causeOfEnd(cluster: ClusterView, container: ContainerState): EndCause {
  const { reason } = lastEnd(container);
  if (reason === 'OOMKilled') return 'OOMKilled';
  if (START_REASON.test(reason) || container.reason === 'RunContainerError') return 'StartError';
  return livenessKills(cluster, container).length > 0 ? 'LivenessProbe' : 'Program';
}

/** Events in which the kubelet says that it ends the container because its liveness or startup probe failed. */
export function livenessKills(cluster: ClusterView, container: ContainerState): ClusterEvent[] {
  return cluster
    .eventsOf(container.pod)
    .filter(({ reason, message, ageSeconds }) => reason === 'Killing' && /probe/u.test(message) && ageSeconds <= 1800)
    .filter((event) => isAbout(event, container));
}

const MEANINGS: Readonly<Record<number, string>> = {
  0: 'the program ends by itself and calls it success; a container that is to stay must not end',
  1: 'a failure that the program itself reports',
  2: 'a failure that the program itself reports, often a wrong argument',
  126: 'the command is there and cannot be executed',
  127: 'a shell did not find the command',
  132: 'SIGILL: the program holds an instruction that this processor does not know',
  134: 'SIGABRT: the program gave itself up',
  137: 'SIGKILL: somebody killed it; the API server does not say that it was for want of memory',
  139: 'SIGSEGV: the program crashed with a memory fault',
  143: 'SIGTERM: it was asked to end',
};

/** What an exit code means, as a clause. */
export function meaningOf(exitCode: number | undefined): string {
  if (exitCode === undefined) return 'its exit code is not known';
  return MEANINGS[exitCode] ?? 'a failure that the program itself reports';
}

/** True when an event is about the container: by its field, else by the kubelet's words (`Container app failed liveness probe`). */
export function isAbout(event: ClusterEvent, { name }: ContainerState): boolean {
  return event.container === '' ? event.message.split(/[\s,]+/u).includes(name) : event.container === name;
}
