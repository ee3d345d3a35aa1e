import type { RunEvent, StepEvent } from '@nannyapi/api';
import type { Paint } from './paint.ts';

type Action = StepEvent['actions'][number];

/**
 * One event of a run as lines for a person who watches.
 *
 * @param elapsedSeconds since the run began
 * @returns the lines, or an empty string for what only repeats
 */
export function progressText(event: RunEvent, elapsedSeconds: number, paint: Paint): string {
  const at = paint.dim(`${elapsedSeconds.toFixed(1).padStart(6)} s`);
  switch (event.type) {
    case 'accepted':
      return `${at}  accepted  ${event.data.prompt}\n`;
    case 'waiting':
      // Every fresh start passes through this one.
      return ['NeverConnected', 'AgentSilent'].includes(event.data.reason)
        ? `${at}  waiting   for the agent to connect\n`
        : `${at}  waiting   ${event.data.reason}: ${event.data.message}\n`;
    case 'step':
      return stepText(event.data, at, paint);
    case 'action-started':
      return event.data.step === 0 ? '' : `${at}    run     ${event.data.source}\n`;
    case 'action-ended':
      return endedText(event.data, at, paint);
    case 'step-ended':
      return event.data.outcome === 'Succeeded'
        ? ''
        : `${at}    ${paint.bad(event.data.outcome)}  ${event.data.message ?? ''}\n`;
    case 'finding':
      return `${at}  ${paint.bad('finding')}   ${event.data.mechanism}: ${event.data.statement}\n`;
    case 'verdict':
      return `${at}  verdict   ${event.data.reason}\n`;
    case 'deleted':
      return `${at}  deleted   Somebody deleted the investigation.\n`;
    default:
      return unknownText(event);
  }
}

/** The compiler proves that no event comes here; a newer facade may send one that this version has no words for. */
function unknownText(_event: never): string {
  return '';
}

function stepText(step: StepEvent, at: string, paint: Paint): string {
  const what = step.type === 'CollectContext' ? 'collects the first facts of this host' : (step.hypothesis ?? '');
  const refused = step.refused.map((entry) => `${at}    ${paint.bad('refused')} ${entry.action} (${entry.rule})\n`);
  const reads = step.actions.filter((action) => action.read).map((action) => `${at}    look at ${readText(action)}\n`);
  return `${at}  ${paint.title(`step ${step.step}`)}    ${what}\n${refused.join('')}${reads.join('')}`;
}

function endedText(
  { step, source, outcome, message }: Extract<RunEvent, { type: 'action-ended' }>['data'],
  at: string,
  paint: Paint,
): string {
  if (outcome === 'Succeeded') return step === 0 ? `${at}    read    ${source.replace(/^collect /, '')}\n` : '';
  // What a host does not have is a normal answer of the first look round.
  const word = outcome === 'NotAvailable' ? paint.dim('absent') : paint.bad(outcome);
  return `${at}    ${word}  ${source}${message ? `: ${message}` : ''}\n`;
}

function readText({ read }: Action): string {
  if (!read) return '';
  const from = read.offsetBytes ? ` from byte ${read.offsetBytes}` : '';
  return `${read.evidenceID}${from}`;
}
