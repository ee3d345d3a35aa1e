// @ts-check
/**
 * The words of a run. The server writes the page with them and the browser goes on with the same, so that a line reads
 * the same whoever made it; they are those of `nanny quickstart` at a terminal.
 *
 * @import { RunLine } from './run-lines.d.ts'
 * @import { RunEvent } from '../src/investigations/run-event.ts'
 */

/** @type {typeof import('./run-lines.d.ts').linesOf} */
export const linesOf = (event) => {
  switch (event.type) {
    case 'accepted':
      return [line(event.id, { label: 'accepted', text: targetText(event.data), time: event.data.time })];
    case 'waiting':
      return [line(event.id, { label: 'waiting', text: waitingText(event.data), tone: 'dim' })];
    case 'step':
      return stepLines(event);
    case 'action-started':
    case 'action-ended':
      return actionLines(event);
    case 'step-ended':
      return stepEndLines(event);
    case 'finding':
      return [
        line(event.id, {
          label: 'finding',
          text: `${event.data.mechanism}: ${event.data.statement}`,
          tone: 'bad',
          quotes: event.data.evidence,
        }),
      ];
    case 'verdict':
      return [
        line(event.id, { label: 'verdict', text: verdictText(event.data), tone: 'heading', time: event.data.time }),
      ];
    case 'deleted':
      return [line(event.id, { label: 'deleted', text: 'Somebody deleted the investigation.', tone: 'bad' })];
    default:
      return [];
  }
};

/** @type {typeof import('./run-lines.d.ts').addLines} */
export const addLines = (lines, event) => {
  for (const next of linesOf(event)) {
    const time = lines.get(next.id)?.time ?? next.time;
    lines.set(next.id, time === undefined ? next : { ...next, time });
  }
};

/** @type {typeof import('./run-lines.d.ts').elapsedText} */
export const elapsedText = (seconds) => {
  if (seconds < 120) return `${Math.max(0, seconds).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.floor(seconds % 60)} s`;
};

/**
 * @param {string} id
 * @param {Partial<{ [Key in keyof RunLine]: RunLine[Key] | undefined }> & { label: string, text: string }} parts
 * @returns {RunLine}
 */
function line(id, parts) {
  const known = Object.entries({ isCode: false, tone: 'plain', ...parts }).filter(([, value]) => value !== undefined);
  return /** @type {RunLine} */ ({ id, ...Object.fromEntries(known) });
}

/** @param {Extract<RunEvent, { type: 'accepted' }>['data']} data */
function targetText({ agent }) {
  return agent === undefined ? 'It is known which machine is asked.' : `The agent ${agent} is asked.`;
}

/** @param {Extract<RunEvent, { type: 'waiting' }>['data']} data */
function waitingText({ reason, message }) {
  return ['NeverConnected', 'AgentSilent'].includes(reason) ? 'for the agent to connect' : `${reason}: ${message}`;
}

/** @param {Extract<RunEvent, { type: 'step' }>} event */
function stepLines({ id, data: { step, type, hypothesis = '', refused, actions, time } }) {
  const text = type === 'CollectContext' ? 'collects the first facts of this host' : hypothesis;
  return [
    line(id, { label: `step ${step}`, text, tone: 'heading', time, step }),
    ...refused.map((entry, index) =>
      line(`${id}/refused/${index}`, {
        label: 'refused',
        text: entry.action,
        isCode: true,
        tone: 'bad',
        step,
        outcome: `the safety policy does not allow it (${entry.rule})`,
      }),
    ),
    ...actions.flatMap(({ id: action, read }) =>
      read
        ? [
            line(`${id}/look/${action}`, {
              label: 'look at',
              text: read.offsetBytes ? `${read.evidenceID} from byte ${read.offsetBytes}` : read.evidenceID,
              step,
            }),
          ]
        : [],
    ),
  ];
}

/** @param {Extract<RunEvent, { type: 'action-started' | 'action-ended' }>} event */
function actionLines({ type, data }) {
  const { step, actionID, evidenceID, source, time } = data;
  // A look round has two dozen parts; each is told when it is there. After a power cut there is a second one.
  const isContext = source.startsWith('collect ');
  if (isContext && type === 'action-started') return [];
  const text = isContext ? source.replace(/^collect /, '') : source;
  const parts = { text, isCode: !isContext, time, step, evidenceID };
  const id = `step/${step}/${actionID}`;
  if (type === 'action-started' || data.outcome === 'Succeeded')
    return [line(id, { ...parts, label: isContext ? 'read' : 'run' })];
  // What a host does not have is a normal answer of the first look round.
  const isAbsent = data.outcome === 'NotAvailable';
  const why = data.message === undefined ? '' : `: ${data.message}`;
  return [
    line(id, {
      ...parts,
      label: isAbsent ? 'absent' : 'run',
      tone: isAbsent ? 'dim' : 'bad',
      outcome: `${isAbsent ? 'not available' : data.outcome}${why}`,
    }),
  ];
}

/** @param {Extract<RunEvent, { type: 'step-ended' }>} event */
function stepEndLines({ id, data: { step, outcome, message = '', time } }) {
  if (outcome === 'Succeeded') return [];
  return [line(id, { label: outcome, text: message, tone: 'bad', time, step })];
}

/** @param {Extract<RunEvent, { type: 'verdict' }>['data']} data */
function verdictText({ succeeded, reason }) {
  /** @type {Record<string, string>} */
  const words = {
    RootCauseFound: 'Root cause found',
    NoFaultFound: 'No fault found',
    Inconclusive: 'Inconclusive',
  };
  return succeeded ? (words[reason] ?? reason) : `No verdict: ${reason}`;
}
