import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { readFileSystem } from '../readings/file-system-reading.ts';
import { resultsOf } from '../readings/step-results.ts';

const GIB = 1024 ** 3;
/** From this share on writes are about to fail; 90 or 95 % is a warning, not a fault. */
const FULL_USE_PERCENT = 98;
/** However large the share, so much room is not full. */
const ROOMY_BYTES = 5 * GIB;
/** Only below this is it worth measuring what fills a file system. */
const MEASURABLE_BYTES = 20 * GIB;

/** Words of symptoms that a full file system causes, by bytes or by inodes. */
export const FULL_TOPICS =
  /space|\bfull\b|enospc|disk|write|writing|save|saving|upload|creat|inode|quota|file ?system|volume|\blogs?\b|mount|storage/u;

/** Finds writable file systems without room. */
export const findFileSystemFull: Rule = (input) =>
  input.facts
    .all('filesystems', 'filesystem')
    .filter((fact) => fact.text('access') === 'rw' && fact.number('size') > 0)
    .filter((fact) => fact.number('use') >= FULL_USE_PERCENT && fact.number('avail') < ROOMY_BYTES)
    .map((fact) => toCandidate(input, fact));

function toCandidate(input: RuleInput, fact: ContextFact<'filesystem'>): Candidate {
  const mount = fact.text('mount');
  const isSmall = fact.number('used') < MEASURABLE_BYTES && fact.number('inodes_used') < 500_000;
  return {
    finding: {
      mechanism: 'FilesystemFull',
      component: describeMount(fact),
      statement: clip(
        `The file system at ${mount} (${fact.text('device')}, ${fact.text('type')}) is full: ${fact.text('use')} of ${fact.size('size')} used, ${fact.size('avail')} available, while inodes are at ${fact.text('iuse') || 'no limit'}.`,
        1024,
      ),
      evidence: [fact.quote],
    },
    strength: fact.number('avail') === 0 ? 92 : 84,
    nature: 'State',
    topics: FULL_TOPICS,
    needsSymptom: false,
    explains: [],
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
      `1. See what uses the room: \`du -x -d 1 -h ${mount} | sort -h | tail\`.`,
      `2. See deleted files that are still open: \`lsof +L1 ${mount}\`; restarting their owner frees them.`,
      '3. Move or delete what is not needed: old logs (`journalctl --vacuum-size=200M`), caches, core dumps. Delete nothing that you cannot name.',
      `4. If all of it is needed, enlarge the file system (${fact.text('type') === 'tmpfs' ? `\`mount -o remount,size=… ${mount}\`` : '`lvextend -r`, `resize2fs`, or a larger disk'}).`,
    ].join('\n'),
  };
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
  if (now.usePercent < FULL_USE_PERCENT) {
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
