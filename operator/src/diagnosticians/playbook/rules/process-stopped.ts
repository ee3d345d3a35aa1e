import { clip, runs } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { tellPlace } from '../cluster/pod-names.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

/** Finds processes that a signal stopped: alive, and doing nothing. Harmless in a shell, so the symptom must speak of it. */
export const findProcessStopped: Rule = (input) =>
  input.facts
    .all('processes', 'process')
    .filter((fact) => !fact.isOwn && fact.text('state') === 'T')
    .slice(0, 4)
    .map((fact) => {
      const pid = fact.text('pid');
      const place = input.cluster.placeOfCgroup(fact.text('cgroup')) ?? 'Host';
      const name = `process ${fact.text('comm')} (pid ${pid})${tellPlace(place)}`;
      return {
        finding: {
          mechanism: 'ProcessStopped',
          component: clip(name, 256),
          statement: clip(
            `${name} is stopped by a signal (state T): it is alive, uses no CPU and answers nothing until it gets SIGCONT.`,
            1024,
          ),
          evidence: [fact.quote],
        },
        strength: 70,
        nature: 'State' as const,
        topics:
          /stop|nothing|hang|hung|stuck|alive|unrespons|not respond|answer|progress|frozen|freez|idle|stall|wait/u,
        needsSymptom: true,
        explains: [],
        place,
        confirmation: {
          hypothesis: clip(`ProcessStopped: ${name} stays stopped`, 256),
          actions: [runs('cat', `/proc/${pid}/status`), runs('cat', `/proc/${pid}/stat`)],
          judge: (step: DiagnosisStep): Judgement => judge(step, pid),
        },
        plan: [
          `1. See who may have stopped it and why (a debugger, job control, \`kill -STOP\` in a script): \`ps -o pid,ppid,tty,stat,etime,args -p ${pid}\`.`,
          `2. Let it go on: \`kill -CONT ${pid}\`.`,
          '3. If it stops again, catch the sender: a trace of signal:signal_generate for signal 19.',
        ].join('\n'),
      };
    });

function judge(step: DiagnosisStep, pid: string): Judgement {
  const status = resultsOf(step, `cat /proc/${pid}/status`)[0];
  const state = quoteLine(status, /^State:/u);
  if (state.length === 0) return { outcome: 'Gone', quotes: [], statement: `process ${pid} has ended` };
  return /^State:\s+T \(stopped\)/mu.test(status?.text ?? '')
    ? { outcome: 'Confirmed', quotes: state }
    : { outcome: 'Gone', quotes: state, statement: `process ${pid} runs again` };
}
