import { clip } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { nameGroup } from '../cluster/group-names.ts';
import { printFiles, readCounter } from '../readings/counter-reading.ts';

/** Finds control groups whose limit of processes refuses forks. */
export const findPidsLimitReached: Rule = (input) =>
  input.facts
    .all('limits', 'pids_cgroup')
    .filter((fact) => !fact.isOwn && fact.number('events_max') > 0)
    .filter((fact) => fact.number('sample_events_max') > 0 || fact.number('use') >= 100 || TOPICS.test(input.symptom))
    .map((fact) => {
      const path = fact.text('path');
      const group = nameGroup(input, path, fact.text('top'));
      return {
        finding: {
          mechanism: 'PidsLimitReached',
          component: clip(group.component, 256),
          statement: clip(
            `${group.subject} may hold ${fact.text('max')} tasks and holds ${fact.text('current')}; the kernel refused ${fact.text('events_max')} forks there (${fact.text('sample_events_max')} in the sample) with "Resource temporarily unavailable".`,
            1024,
          ),
          evidence: [fact.quote, ...group.quotes],
        },
        strength: fact.number('sample_events_max') > 0 ? 86 : 66,
        nature: 'State' as const,
        topics: TOPICS,
        needsSymptom: false,
        explains: [],
        place: group.place,
        confirmation: {
          hypothesis: clip(`PidsLimitReached in ${group.name} lasts`, 256),
          actions: [printFiles(...['pids.events', 'pids.max', 'pids.current'].map((file) => `${path}/${file}`))],
          judge: (step: DiagnosisStep): Judgement => {
            const events = readCounter(step, `${path}/pids.events`, 'max');
            const max = readCounter(step, `${path}/pids.max`, '');
            const current = readCounter(step, `${path}/pids.current`, '');
            if (events === undefined)
              return { outcome: 'Gone', quotes: [], statement: `cgroup ${path} no longer exists` };
            return {
              outcome: 'Confirmed',
              quotes: [...events.quotes, ...(max?.quotes ?? []), ...(current?.quotes ?? [])],
            };
          },
        },
        plan: [
          `1. See what runs there: \`cat ${path}/cgroup.procs\`. Many of one kind point to a leak of children.`,
          `2. If the number is needed, raise the limit where it is set (\`TasksMax=\`, container \`pids limit\`), or at once by writing ${path}/pids.max; undone by writing ${fact.text('max')} back.`,
        ].join('\n'),
      };
    });

const TOPICS = /fork|thread|spawn|resource temporarily|eagain|process(?:es)?\b|\bpids?\b|clone|worker/u;
