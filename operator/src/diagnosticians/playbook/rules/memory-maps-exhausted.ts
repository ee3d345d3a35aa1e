import { clip, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter } from '../readings/counter-reading.ts';
import { placeOfPid } from '../cluster/group-names.ts';
import { tellPlace } from '../cluster/pod-names.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

const EXHAUSTED_USE_PERCENT = 97;
const MAX_MAP_COUNT = '/proc/sys/vm/max_map_count';

/** Finds processes that may map no more memory areas, however much memory is free. */
export const findMemoryMapsExhausted: Rule = (input) =>
  input.facts
    .all('limits', 'map_process')
    .filter((fact) => !fact.isOwn && fact.number('use') >= EXHAUSTED_USE_PERCENT)
    .map((fact) => {
      const pid = fact.text('pid');
      const place = placeOfPid(input, pid);
      const name = `process ${fact.text('comm')} (pid ${pid})${tellPlace(place)}`;
      return {
        finding: {
          mechanism: 'MemoryMapsExhausted',
          component: clip(name, 256),
          statement: clip(
            `${name} has ${fact.text('maps')} memory maps and vm.max_map_count is ${fact.text('max_map_count')}: mmap fails with ENOMEM although memory is free.`,
            1024,
          ),
          evidence: [fact.quote],
        },
        strength: 84,
        nature: 'State' as const,
        topics: /m?map|memory|enomem|alloc|limit/u,
        needsSymptom: false,
        explains: [],
        place,
        confirmation: {
          hypothesis: clip(`MemoryMapsExhausted: ${name} stays at its limit`, 256),
          actions: [...runsIfPresent(input, 'wc', '-l', `/proc/${pid}/maps`), printFiles(MAX_MAP_COUNT)],
          judge: (step: DiagnosisStep): Judgement => {
            const count = quoteLine(resultsOf(step, 'wc -l')[0], /^\s*\d+ /u);
            const limit = readCounter(step, MAX_MAP_COUNT, '')?.quotes ?? [];
            return count.length > 0
              ? { outcome: 'Confirmed', quotes: [...count, ...limit] }
              : { outcome: 'Gone', quotes: limit, statement: `process ${pid} has ended` };
          },
        },
        plan: [
          `1. If the program needs so many maps (search engines, databases), raise the limit: \`sysctl -w vm.max_map_count=262144\`, and in /etc/sysctl.d.`,
          '2. If not, it leaks maps: restart it to win time, and mend it.',
        ].join('\n'),
      };
    });
