import { clip, runs } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { hostFileSystems, placeOfMount } from '../cluster/mounts.ts';
import { readFileSystem } from '../readings/file-system-reading.ts';
import { resultsOf } from '../readings/step-results.ts';
import { describeMount, FULL_TOPICS } from './file-system-full.ts';

const EXHAUSTED_USE_PERCENT = 98;
/** However large the share, so many free inodes are not exhausted. */
const PLENTY_INODES = 100_000;

/** Finds writable file systems that can hold no more files although they have room. */
export const findInodesExhausted: Rule = (input) =>
  hostFileSystems(input)
    .filter((fact) => fact.text('access') === 'rw' && fact.number('inodes') > 0)
    .filter((fact) => fact.number('iuse') >= EXHAUSTED_USE_PERCENT && fact.number('inodes_free') < PLENTY_INODES)
    .map((fact) => toCandidate(input, fact));

function toCandidate(input: RuleInput, fact: ContextFact<'filesystem'>): Candidate {
  const mount = fact.text('mount');
  return {
    finding: {
      mechanism: 'InodesExhausted',
      component: describeMount(fact),
      statement: clip(
        `The file system at ${mount} (${fact.text('device')}, ${fact.text('type')}) has ${fact.number('inodes_free') === 0 ? 'no inodes' : 'next to no inodes'} left: ${fact.text('inodes_used')} of ${fact.text('inodes')} are used (${fact.text('iuse')}), so no file can be created, although only ${fact.text('use')} of its bytes are in use.`,
        1024,
      ),
      evidence: [fact.quote],
    },
    // Bytes and inodes may both be at their end; then the scarcer one is the cause, and that is the one at 100 %.
    strength: fact.number('inodes_free') === 0 ? 93 : 83,
    nature: 'State',
    topics: FULL_TOPICS,
    needsSymptom: false,
    explains: [],
    ...placeOfMount(input, mount),
    confirmation: {
      hypothesis: clip(`InodesExhausted at ${mount} lasts`, 256),
      actions: [runs('df', '-i', mount), runs('df', '-B1', mount)],
      judge: (step) => judge(step, fact),
    },
    plan: [
      `1. See where the many files are: \`du -x --inodes -d 2 ${mount} | sort -n | tail\`.`,
      '2. Remove or archive small files that nobody needs (session files, mail queues, caches); freeing bytes does not help. A deletion cannot be undone: pack them up first (`tar`).',
      '3. Stop what makes them, or give it a clean-up.',
      `4. For more inodes: ${moreInodes(fact)}.`,
    ].join('\n'),
  };
}

function moreInodes(fact: ContextFact<'filesystem'>): string {
  const mount = fact.text('mount');
  if (fact.text('type') === 'tmpfs') {
    return `\`mount -o remount,nr_inodes=${2 * fact.number('inodes')} ${mount}\` (undone by nr_inodes=${fact.number('inodes')})`;
  }
  return 'the number is fixed when an ext4 file system is made, so make a new one (`mkfs.ext4 -i 4096`, or xfs) and copy the files over';
}

function judge(step: DiagnosisStep, fact: ContextFact<'filesystem'>): Judgement {
  const mount = fact.text('mount');
  const inodes = readFileSystem(step, '-i', mount);
  if (inodes === undefined) {
    const answer = resultsOf(step, 'df -i')[0];
    return answer !== undefined && /\s\/\S*\s*$/u.test(answer.text)
      ? { outcome: 'Gone', quotes: [], statement: `nothing is mounted at ${mount} any more` }
      : { outcome: 'Unclear', statement: `df did not answer for ${mount}` };
  }
  if (inodes.usePercent < EXHAUSTED_USE_PERCENT) {
    return { outcome: 'Gone', quotes: [inodes.quote], statement: `${mount} has inodes again` };
  }
  const bytes = readFileSystem(step, '-B1', mount);
  return { outcome: 'Confirmed', quotes: [inodes.quote, ...(bytes ? [bytes.quote] : [])] };
}
