import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

const FRESH_SECONDS = 900;
const ERROR = /(?:I\/O error, dev |Buffer I\/O error on dev(?:ice)? )([\w-]+)/u;

/** Finds devices that return errors, as the kernel log tells. A device that is in use no longer is history. */
export const findBlockDeviceErrors: Rule = (input) => {
  const lines = input.facts
    .all('kernel-log', 'kernel')
    .filter((line) => ERROR.test(line.text('text')) && line.number('age') <= FRESH_SECONDS);
  const devices = new Set(lines.map((line) => ERROR.exec(line.text('text'))?.[1] ?? ''));
  return [...devices].flatMap((device) => {
    const errors = lines.filter((line) => ERROR.exec(line.text('text'))?.[1] === device);
    const [newest] = errors;
    const disk = input.facts.first('disks', 'disk', (fact) => fact.text('name') === device);
    const mount = input.facts.first('filesystems', 'filesystem', (fact) => fact.text('device') === `/dev/${device}`);
    if (newest === undefined || (mount === undefined && (disk?.text('mounts') ?? '') === '')) return [];
    const where = mount === undefined ? '' : ` (mounted at ${mount.text('mount')})`;
    return [
      {
        finding: {
          mechanism: 'BlockDeviceErrors',
          component: clip(`device ${device}${where}`, 256),
          statement: clip(
            `Device ${device}${where} returns I/O errors: ${errors.length} lines in the kernel log, the last ${newest.text('age')} ago. Reads or writes of the affected blocks fail.`,
            1024,
          ),
          evidence: [...errors.slice(0, 3), ...(mount ? [mount] : [])].map((fact) => fact.quote),
        },
        strength: newest.number('age') <= 120 ? 88 : 72,
        nature: 'Event' as const,
        topics: /\bi\/?o\b|error|fail|corrupt|\breads?\b|\beio\b|disk|file|device|bad/u,
        needsSymptom: false,
        explains: ['FilesystemReadOnly'],
        confirmation: {
          hypothesis: clip(`BlockDeviceErrors of ${device}`, 256),
          actions: [...runsIfPresent(input, 'dmesg', '--level=emerg,alert,crit,err'), runs('cat', '/proc/diskstats')],
          judge: (step: DiagnosisStep): Judgement => {
            const log = quoteLine(resultsOf(step, 'dmesg')[0], new RegExp(`I/O error.*\\b${device}\\b`, 'u'), 'last');
            return log.length > 0
              ? { outcome: 'Confirmed', quotes: log }
              : { outcome: 'Unclear', statement: 'the kernel log could not be read again' };
          },
        },
        plan: [
          `1. Save what is readable first: copy the data of ${device} elsewhere.`,
          `2. See the device's own view: \`smartctl -a /dev/${device}\`; of a loop device, whether its backing file is whole (\`losetup -l\`).`,
          '3. Replace the device or its cable; only then repair the file system.',
        ].join('\n'),
      },
    ];
  });
};
