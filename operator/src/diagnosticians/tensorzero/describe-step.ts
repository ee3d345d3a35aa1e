import { headAndTail } from '../../evidence/text-window.ts';
import type { DiagnosisStep, StepResult } from '../diagnostician.ts';
import { fence } from './fence.ts';

/**
 * One step as a model sees it: hypothesis, each result with its id, each refusal.
 *
 * @param textChars how much of each output is shown; head and tail of longer ones
 */
export function describeStep(step: DiagnosisStep, textChars: number): string {
  // Only a step that collects the context tests nothing; it is the first one, or one more after that was lost.
  const isContext = step.hypothesis === '' && step.refused.length === 0;
  const title = `Step ${step.index}${isContext ? ': the context that was collected' : ''}`;
  const hypothesis = step.hypothesis === '' ? [] : [fence('hypothesis', step.hypothesis)];
  const note = step.note === undefined ? [] : [fence('outcome of the step', step.note)];
  const refused = step.refused.map(({ action, message }) =>
    [fence('refused', action), `Refused, ${message}`].join('\n'),
  );
  return [
    `## ${title}`,
    ...hypothesis,
    ...note,
    ...step.results.map((result) => describeResult(result, textChars)),
    ...refused,
  ].join('\n\n');
}

function describeResult(result: StepResult, textChars: number): string {
  const { evidenceID, source, outcome, exitCode, message, totalBytes, truncated } = result;
  const facts = [
    `outcome ${outcome}`,
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    // It comes from the host: as a JSON string it stays one line and cannot pose as ours.
    ...(message === undefined ? [] : [`message ${JSON.stringify(message)}`]),
    `${totalBytes} bytes`,
    ...(truncated ? ['cut by the agent at its limit'] : []),
  ];
  const body =
    textChars > 0
      ? headAndTail(result.text, textChars, evidenceID).text
      : `[… not shown again; read ${evidenceID} shows it …]`;
  const stderr =
    result.stderr === undefined
      ? []
      : [fence(`${evidenceID} stderr`, result.stderr.slice(0, Math.max(textChars, 256)))];
  return [
    `### ${evidenceID}: ${JSON.stringify(source)} (${facts.join(', ')})`,
    fence(evidenceID, body),
    ...stderr,
  ].join('\n');
}
