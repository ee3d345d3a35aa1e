import { clip, runs } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { hostFileSystems, placeOfMount } from '../cluster/mounts.ts';
import { describeMount } from './file-system-full.ts';

/** File systems that are meant to be written; others are read-only by nature. */
const WRITABLE_TYPES = /^(?:ext[234]|xfs|btrfs|f2fs|zfs|vfat|exfat|ntfs3?|nfs4?|cifs|jfs|reiserfs|bcachefs|tmpfs)$/u;

/** Finds file systems that are mounted read-only. Often meant, so the symptom must speak of writing. */
export const findFileSystemReadOnly: Rule = (input) =>
  hostFileSystems(input)
    .filter((fact) => fact.text('access') === 'ro' && WRITABLE_TYPES.test(fact.text('type')))
    .filter((fact) => fact.text('type') !== 'tmpfs' || fact.number('size') > 1024 * 1024)
    .map((fact) => {
      const mount = fact.text('mount');
      const log = input.facts.first('kernel-log', 'kernel', (line) =>
        /remounting filesystem read-only/iu.test(line.text('text')),
      );
      return {
        finding: {
          mechanism: 'FilesystemReadOnly',
          component: describeMount(fact),
          statement: clip(
            `The file system at ${mount} (${fact.text('device')}, ${fact.text('type')}) is mounted read-only (ro): every write there fails with "Read-only file system", although ${fact.text('use')} of it is used.`,
            1024,
          ),
          evidence: [fact.quote, ...(log ? [log.quote] : [])],
        },
        strength: log ? 88 : 72,
        nature: 'State' as const,
        topics: /sav(?:e|ing)|writ|read-?\s?only|erofs|store|upload|creat|modif|update|delete|touch|mkdir/u,
        needsSymptom: true,
        explains: [],
        ...placeOfMount(input, mount),
        confirmation: {
          hypothesis: clip(`FilesystemReadOnly at ${mount} lasts`, 256),
          // The table of process 1 is the machine's own; that of a caged command shows everything read-only.
          actions: [runs('cat', '/proc/1/mounts'), runs('df', '-B1', mount), runs('df', '-i', mount)],
          judge: (step: DiagnosisStep): Judgement => judge(step, mount),
        },
        plan: [
          '1. Find out whether it is meant (`/etc/fstab`) or the kernel did it after an error (`dmesg --level=err,warn`).',
          `2. After an error: back up what is readable, then check the file system unmounted (\`fsck -n ${mount}\` only reads).`,
          `3. If nothing is wrong with the device: \`mount -o remount,rw ${mount}\`.`,
        ].join('\n'),
      };
    });

function judge(step: DiagnosisStep, mount: string): Judgement {
  for (const result of step.results.filter(({ source }) => source.includes('/proc/1/mounts'))) {
    const line = result.text.split('\n').findLast((candidate) => candidate.split(' ')[1] === mount);
    if (line === undefined) continue;
    const quotes = [{ id: result.evidenceID, quote: line }];
    return line.split(' ')[3]?.split(',').includes('ro')
      ? { outcome: 'Confirmed', quotes }
      : { outcome: 'Gone', quotes, statement: `${mount} is writable again` };
  }
  return { outcome: 'Unclear', statement: `the mount table of process 1 does not show ${mount}` };
}
