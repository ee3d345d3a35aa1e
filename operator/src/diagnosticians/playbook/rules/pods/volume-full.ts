import type { MoveAction, Quote } from '../../../../moves/move.ts';
import { runs } from '../../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { PodState, PodVolume } from '../../cluster/cluster-objects.ts';
import { lastWords, readsLog } from '../../cluster/container-log.ts';
import { editTemplate } from '../../cluster/kubectl.ts';
import { isSamePod, podKey } from '../../cluster/pod-names.ts';
import { sizeForPeople } from '../../context-facts.ts';
import type { ContextFact } from '../../context-facts.ts';
import { printFiles, readCounter } from '../../readings/counter-reading.ts';
import { readFileSystem } from '../../readings/file-system-reading.ts';
import type { DiagnosisStep } from '../../../diagnostician.ts';
import { FULL_TOPICS, isFull } from '../file-system-full.ts';
import { podCandidate } from './pod-candidate.ts';

const TOPICS = new RegExp(`${FULL_TOPICS.source}|crash|restart|fail|error|start|\\bdown\\b`, 'u');
/** What programs write when they find no room. */
const NO_ROOM = /no space left|ENOSPC|disk (?:is )?full|quota exceeded/iu;
/** So much of its size in memory means that a volume of medium memory is full. */
const FULL_SHARE = 0.97;

/** Finds volumes of pods that are full, each being a file system of its own: emptyDirs in memory, claims. */
export const findPodVolumeFull: Rule = (input) =>
  input.facts
    .all('filesystems', 'filesystem')
    .filter((fact) => fact.text('access') === 'rw' && fact.number('size') > 0 && isFull(fact))
    .flatMap((fact) => {
      const place = input.cluster.volumeAt(fact.text('mount'));
      return place === undefined ? [] : [toCandidate(input, { fact, pod: place.pod, name: place.volume })];
    });

/** A full file system, and whose volume it is. */
interface FullVolume {
  fact: ContextFact<'filesystem'>;
  pod: PodState;
  name: string;
}

function toCandidate(input: RuleInput, full: FullVolume): Candidate {
  const { fact, pod, name } = full;
  const { cluster } = input;
  const isAsked = isSamePod(pod, cluster.target);
  const volume = isAsked ? cluster.volumes.find((candidate) => candidate.name === name) : undefined;
  const component = `pod ${podKey(pod)} volume ${name}`;
  const memoryPath = memoryGroupOf(input, pod);
  return podCandidate(input, {
    mechanism: 'FilesystemFull',
    place: { pod, container: '' },
    component: `${component} (${fact.text('type')} at ${fact.text('mount')})`,
    statement: `Volume ${name} of pod ${podKey(pod)}${tellVolume(volume)} is full: ${fact.text('use')} of its ${fact.size('size')} is used, ${fact.size('avail')} is left, so writes into it fail with "No space left on device". The node's own disks are another matter.`,
    evidence: [fact.quote, ...(volume ? [volume.quote] : []), pod.quote],
    strength: 92,
    nature: 'State',
    topics: TOPICS,
    explains: ['CrashLoop', 'ReadinessProbeFailing', 'LivenessProbeFailing'],
    actions: actions(input, pod, memoryPath),
    judge: (_, step) => judge(step, full, memoryPath),
    plan: plan(full, volume),
  });
}

/** `, an emptyDir of medium memory with size limit 16 MB, mounted at app:/scratch,`. */
function tellVolume(volume: PodVolume | undefined): string {
  if (volume === undefined) return '';
  const { kind, medium, sizeLimitBytes, mountedAt } = volume;
  const of = medium === '' ? '' : ` of medium ${medium}`;
  const limit = sizeLimitBytes === undefined ? '' : ` with size limit ${sizeForPeople(sizeLimitBytes)}`;
  return ` (${kind}${of}${limit}${mountedAt === '' ? '' : `, mounted at ${mountedAt}`})`;
}

/** The memory group of the pod as a whole: what a volume in memory holds is charged there, whoever wrote it. */
function memoryGroupOf(input: RuleInput, pod: PodState): string | undefined {
  return input.facts
    .all('memory-cgroups', 'memory_cgroup')
    .map((fact) => ({ path: fact.text('path'), place: input.cluster.placeOfCgroup(fact.text('path')) }))
    .filter(({ place }) => isSamePod(place?.pod, pod))
    .sort((a, b) => a.path.length - b.path.length)[0]?.path;
}

function actions(input: RuleInput, pod: PodState, memoryPath: string | undefined): MoveAction[] {
  return [
    // Paths below the kubelet's folder may not be named; the list of all mounts may hold them.
    runs('df', '-B1'),
    ...(memoryPath === undefined ? [] : [printFiles(`${memoryPath}/memory.stat`)]),
    ...input.cluster
      .containersOf(pod)
      .slice(0, 2)
      .flatMap((container) => readsLog(input, container)),
  ];
}

function judge(step: DiagnosisStep, { fact, name }: FullVolume, memoryPath: string | undefined): Judgement {
  const now = readFileSystem(step, '-B1', fact.text('mount'));
  const words = lastWords(step, NO_ROOM);
  const complaint: Quote[] = words !== undefined && NO_ROOM.test(words.text) ? [words.quote] : [];
  if (now !== undefined) {
    return now.usePercent >= 97
      ? { outcome: 'Confirmed', quotes: [now.quote, ...complaint] }
      : { outcome: 'Gone', quotes: [now.quote], statement: `volume ${name} has room again` };
  }
  const stat = `${memoryPath ?? ''}/memory.stat`;
  const held = readCounter(step, stat, 'total_shmem') ?? readCounter(step, stat, 'shmem');
  const isHeld = held !== undefined && held.last >= fact.number('size') * FULL_SHARE;
  if (!isHeld && complaint.length === 0) {
    return { outcome: 'Unclear', statement: `volume ${name} could not be looked at again` };
  }
  return { outcome: 'Confirmed', quotes: [...(isHeld ? held.quotes : []), ...complaint] };
}

function plan({ fact, pod, name }: FullVolume, volume: PodVolume | undefined): string[] {
  const path = volume?.mountedAt.split(/[\s,]/u)[0] ?? '';
  const [container, mount] = path.split(':');
  const du =
    mount === undefined
      ? `see what fills volume ${name}`
      : `\`kubectl -n ${pod.namespace} exec ${pod.name} -c ${container ?? ''} -- du -a ${mount}\``;
  const size = `${Math.ceil((2 * fact.number('size')) / 1024 ** 2)}Mi`;
  const more =
    volume?.kind === 'persistentVolumeClaim'
      ? 'enlarge the claim (`spec.resources.requests.storage`), where its StorageClass allows it'
      : `raise \`sizeLimit\` of volume ${name}, say to ${size}, in its template: ${editTemplate(pod)}`;
  const memory =
    fact.text('type') === 'tmpfs'
      ? ' What lies in a volume of medium Memory counts against the memory limits of the pod: raise those too.'
      : '';
  return [
    `See what fills it: ${du} (it runs a command in the container).`,
    'Stop what fills it, or let it clean up after itself, or it will be full again.',
    `If it needs the room, ${more}.${memory}`,
  ];
}
