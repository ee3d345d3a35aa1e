import type { Investigation, InvestigationStatusResolution } from '@nannyapi/crds';
import type { Paint } from './paint.ts';
import { indent, wrap } from './wrap.ts';

/** The headline of each verdict. */
const HEADLINES = {
  RootCauseFound: 'ROOT CAUSE FOUND',
  NoFaultFound: 'NO FAULT FOUND',
  Inconclusive: 'INCONCLUSIVE',
} as const;

const WIDTH = 100;

/**
 * The whole verdict for a person at a terminal: what it is, the lines that prove it, what it is not, what to do now.
 *
 * A run that ended without a verdict is told by the reason and message of `Succeeded`.
 */
export function verdictText(investigation: Investigation, paint: Paint): string {
  const resolution = investigation.status?.resolution;
  const blocks = resolution ? resolutionBlocks(resolution, paint) : [failureBlock(investigation, paint)];
  return `${[...blocks, usageLine(investigation)].join('\n\n')}\n`;
}

function resolutionBlocks(resolution: InvestigationStatusResolution, paint: Paint): string[] {
  const blocks = [headline(resolution, paint)];
  if (resolution.evidence?.length) blocks.push(section('Proof', resolution.evidence.map(quoteText), paint));
  if (resolution.ruledOut?.length) {
    const rivals = resolution.ruledOut.map((rival) =>
      [
        indent(wrap(`${rival.mechanism}: ${rival.statement}`, WIDTH - 2), 2),
        ...(rival.evidence ?? []).map((quote) => indent(quoteText(quote), 2)),
      ].join('\n'),
    );
    blocks.push(section('Ruled out', rivals, paint));
  }
  if (resolution.plan) blocks.push(section('What to do now', [indent(resolution.plan.trimEnd(), 2)], paint));
  return blocks;
}

function headline(resolution: InvestigationStatusResolution, paint: Paint): string {
  const colour = resolution.verdict === 'NoFaultFound' ? paint.good : paint.bad;
  const title = colour(HEADLINES[resolution.verdict]);
  const confidence = resolution.confidence ? `  (confidence ${resolution.confidence})` : '';
  const cause = resolution.rootCause;
  if (!cause) return title + confidence;
  return [
    title + confidence,
    `  component  ${cause.component}`,
    `  mechanism  ${cause.mechanism}`,
    '',
    indent(wrap(cause.statement, WIDTH - 2), 2),
  ].join('\n');
}

function failureBlock(investigation: Investigation, paint: Paint): string {
  const condition = investigation.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const reason = condition?.reason ?? 'Unknown';
  return `${paint.bad(`NO VERDICT: ${reason}`)}\n${indent(wrap(condition?.message ?? '', WIDTH - 2), 2)}`;
}

function quoteText(quote: { id: string; quote: string }): string {
  const [first = '', ...rest] = quote.quote.split('\n');
  const margin = Math.max(18, quote.id.length + 2);
  return [`  ${quote.id.padEnd(margin)}${first}`, ...rest.map((line) => ' '.repeat(margin + 2) + line)].join('\n');
}

function section(title: string, blocks: string[], paint: Paint): string {
  return `${paint.title(title)}\n${blocks.join('\n')}`;
}

function usageLine(investigation: Investigation): string {
  const { usage = {}, startTime, completionTime, diagnostician } = investigation.status ?? {};
  const parts = [count(usage.steps, 'step'), count(usage.actions, 'command or trace', 'commands and traces')];
  if (usage.refusals) parts.push(`${usage.refusals} refused`);
  if (usage.inputTokens) parts.push(`${usage.inputTokens} + ${usage.outputTokens ?? 0} tokens`);
  if (startTime && completionTime) {
    parts.push(`${((Date.parse(completionTime) - Date.parse(startTime)) / 1000).toFixed(1)} s`);
  }
  if (diagnostician) parts.push(`diagnosed by ${diagnostician}`);
  return parts.join(', ');
}

function count(amount = 0, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
