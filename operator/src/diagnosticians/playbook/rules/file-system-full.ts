import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { hostFileSystems, placeOfMount } from '../cluster/mounts.ts';
import { readFileSystem } from '../readings/file-system-reading.ts';
import { resultsOf } from '../readings/step-results.ts';

const GIB = 1024 ** 3;
/** From this share on writes are about to fail, whatever was asked. */
const FULL_USE_PERCENT = 98;
/** Below that it is a warning, and an answer only to somebody who asks about room; 90 % is ordinary. */
const NEARLY_FULL_USE_PERCENT = 95;
/** Nearly full is told of small file systems only: a twentieth of a large one is plenty. */
const NEARLY_FULL_BYTES = GIB;
/** However large the share, so much room is not full. */
const ROOMY_BYTES = 5 * GIB;
/** Only below this is it worth measuring what fills a file system. */
const MEASURABLE_BYTES = 20 * GIB;

/** Words of symptoms that a full file system causes, by bytes or by inodes. */
export const FULL_TOPICS =
  /space|\bfull\b|enospc|disk|write|writing|save|saving|upload|creat|inode|quota|file ?system|volume|\blogs?\b|mount|storage/u;

/** Words of those who ask about room itself. */
const ROOM_TOPICS = /space|\broom\b|\bfull\b|\bfill|enospc|capacity|disk usage|running out|no room/u;

/** Finds writable file systems without room; a volume of a pod is the matter of `findPodVolumeFull`. */
export const findFileSystemFull: Rule = (input) =>
  hostFileSystems(input)
    .filter((fact) => fact.text('access') === 'rw' && fact.number('size') > 0)
    .filter((fact) => isFull(fact) || (isNearlyFull(fact) && ROOM_TOPICS.test(input.symptom)))
    .map((fact) => toCandidate(input, fact));

/** True for a file system on which writes fail, or are about to. */
export function isFull(fact: ContextFact<'filesystem'>): boolean {
  return fact.number('use') >= FULL_USE_PERCENT && fact.number('avail') < ROOMY_BYTES;
}

function isNearlyFull(fact: ContextFact<'filesystem'>): boolean {
  return fact.number('use') >= NEARLY_FULL_USE_PERCENT && fact.number('avail') < NEARLY_FULL_BYTES;
}

function toCandidate(input: RuleInput, fact: ContextFact<'filesystem'>): Candidate {
  const mount = fact.text('mount');
  const isSmall = fact.number('used') < MEASURABLE_BYTES && fact.number('inodes_used') < 500_000;
  const inodes =
    fact.text('iuse') === '' ? 'It does not count inodes.' : `Inodes are not short (${fact.text('iuse')}).`;
  return {
    finding: {
      mechanism: 'FilesystemFull',
      component: describeMount(fact),
      statement: clip(
        `The file system at ${mount} (${fact.text('device')}, ${fact.text('type')}) is ${isFull(fact) ? 'full' : 'nearly full'}: ${fact.text('use')} of its room is used, ${fact.size('avail')} of ${fact.size('size')} is left for users. ${inodes}`,
        1024,
      ),
      evidence: [fact.quote],
    },
    strength: fact.number('avail') === 0 ? 92 : isFull(fact) ? 84 : 60,
    nature: 'State',
    topics: isFull(fact) ? FULL_TOPICS : ROOM_TOPICS,
    needsSymptom: !isFull(fact),
    explains: ['PodEvicted', 'NodeDiskPressure'],
    ...placeOfMount(input, mount),
    confirmation: {
      hypothesis: clip(`FilesystemFull at ${mount} lasts`, 256),
      actions: [
        runs('df', '-B1', mount),
        runs('df', '-i', mount),
        ...(isSmall ? runsIfPresent(input, 'du', '-x', '-d', '1', '-B1', mount) : []),
      ],
      judge: (step) => judge(step, fact),
    },
    plan: [
      `1. See what uses the room: \`du -x -d 1 -h ${mount} | sort -h | tail\`. It only reads, but takes a while on a large file system.`,
      `2. See deleted files that are still open: \`lsof +L1 ${mount}\`; restarting their owner frees them.`,
      '3. Free room: move data elsewhere before you delete it (a move can be undone, a deletion cannot). Old logs (`journalctl --vacuum-size=200M`), caches and core dumps go first. Delete nothing that you cannot name.',
      '4. Stop what fills it, or it will be full again: log rotation, a clean-up, a quota.',
      `5. If all of it is needed, enlarge the file system: ${enlarge(fact)}.`,
    ].join('\n'),
  };
}

function enlarge(fact: ContextFact<'filesystem'>): string {
  const mount = fact.text('mount');
  if (fact.text('type') === 'tmpfs') {
    return `\`mount -o remount,size=${2 * fact.number('size')} ${mount}\` (it takes memory; undone by the old size, ${fact.number('size')})`;
  }
  if (fact.text('type') === 'xfs') return `enlarge its device, then \`xfs_growfs ${mount}\` (xfs cannot shrink again)`;
  return `\`lvextend -r\`, or enlarge its device, then \`resize2fs ${fact.text('device')}\``;
}

/** Names a mount for a component: `/srv (/dev/sdb1, ext4)`. */
export function describeMount(fact: ContextFact<'filesystem'>): string {
  return clip(`file system ${fact.text('mount')} (${fact.text('device')}, ${fact.text('type')})`, 256);
}

function judge(step: DiagnosisStep, fact: ContextFact<'filesystem'>): Judgement {
  const mount = fact.text('mount');
  const now = readFileSystem(step, '-B1', mount);
  if (now === undefined) {
    const answer = resultsOf(step, 'df -B1')[0];
    const isElsewhere = answer !== undefined && /\d%\s+\//u.test(answer.text);
    return isElsewhere
      ? { outcome: 'Gone', quotes: [], statement: `nothing is mounted at ${mount} any more` }
      : { outcome: 'Unclear', statement: `df did not answer for ${mount}` };
  }
  if (now.usePercent < (isFull(fact) ? FULL_USE_PERCENT - 1 : NEARLY_FULL_USE_PERCENT)) {
    return { outcome: 'Gone', quotes: [now.quote], statement: `${mount} has room again` };
  }
  const inodes = readFileSystem(step, '-i', mount);
  const largest =
    resultsOf(step, 'du ')[0]
      ?.text.split('\n')
      .filter((line) => /^\d+\s+\//u.test(line)) ?? [];
  largest.sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
  return {
    outcome: 'Confirmed',
    quotes: [now.quote, ...(inodes ? [inodes.quote] : [])],
    ...(largest.length > 1
      ? { planNote: `What uses the room (bytes):\n\n\`\`\`\n${largest.slice(0, 8).join('\n')}\n\`\`\`` }
      : {}),
  };
}
