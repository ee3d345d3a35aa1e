import type { DiagnosisInput, DiagnosisStep, Finding } from '../diagnostician.ts';
import { describeCommands } from './catalogue.ts';
import { fence } from './fence.ts';
import { describeStep } from './describe-step.ts';

/** Longest prompt, in characters: some 30,000 tokens, which every current model takes. */
const MAX_PROMPT_CHARS = 120_000;
/** How much of one output older steps keep, in characters, from the first try to the tightest. */
const OLDER_TEXT_CHARS = [16_384, 4_096, 1_536, 512, 0] as const;

/**
 * The one user message of a model call: question, host, what may be run, all steps so far, what is left.
 *
 * It is built anew from the stored steps for each move, so nothing hangs on a conversation that a crash could lose. When it
 * grows too long, the outputs of older steps are cut to head and tail, more and more; hypotheses, outcomes, refusals and
 * findings always stay whole, for what was ruled out must not be asked again. Text from outside is fenced.
 */
export function buildPrompt(input: DiagnosisInput): string {
  for (const olderTextChars of OLDER_TEXT_CHARS) {
    const prompt = promptOf(input, olderTextChars);
    if (prompt.length <= MAX_PROMPT_CHARS || olderTextChars === OLDER_TEXT_CHARS.at(-1)) return prompt;
  }
  return '';
}

function promptOf(input: DiagnosisInput, olderTextChars: number): string {
  return [
    '# Question',
    fence('question', questionOf(input)),
    '# Host',
    fence('host', hostOf(input)),
    '# What may be run there',
    describeCommands(input),
    '# Evidence so far',
    ...input.steps.map((step) => describeStep(step, textCharsOf(step, input, olderTextChars))),
    '# What the built-in rules make of it',
    describeFindings(input.findings),
    '# What is left',
    budgetOf(input),
  ].join('\n\n');
}

/** The newest step is what the next move rests on; it keeps its texts longest. */
function textCharsOf(step: DiagnosisStep, input: DiagnosisInput, olderTextChars: number): number {
  return step === input.steps.at(-1) ? Math.max(olderTextChars, 4_096) : olderTextChars;
}

function questionOf({ investigation }: DiagnosisInput): string {
  const context = Object.entries(investigation.context).map(([key, value]) => `${key}: ${value}`);
  const known = context.length > 0 ? ['', 'Known already:', ...context] : [];
  return [investigation.prompt, '', `Priority: ${investigation.priority}`, ...known].join('\n');
}

function hostOf({ agent, target }: DiagnosisInput): string {
  const { facts, capabilities } = agent;
  const { tools: _, missing = [], ...abilities } = capabilities;
  const lines = Object.entries({ agent: agent.name, ...facts, ...abilities }).map(
    ([key, value]) => `${key}: ${Array.isArray(value) ? value.join(', ') : value}`,
  );
  return [...askedOf(target), ...lines, ...missing.map((what) => `missing: ${what}`)].join('\n');
}

/** What of the machine is asked about, where that is not the machine itself. */
function askedOf(target: DiagnosisInput['target']): string[] {
  if (target?.kind === 'Pod') {
    return [`asked about: pod ${target.namespace}/${target.name}, uid ${target.podUID ?? 'unknown'}, on this host`];
  }
  return target?.nodeName === undefined ? [] : [`asked about: Kubernetes node ${target.nodeName}, which is this host`];
}

function describeFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing stands out to them. They know common faults only.';
  const lines = findings.map(({ mechanism, component, statement, evidence }) => {
    const quotes = evidence.map(({ id, quote }) => `    ${id}: ${quote}`);
    return [`- ${mechanism} of ${component}: ${statement}`, ...quotes].join('\n');
  });
  return fence('findings', lines.join('\n'));
}

function budgetOf({ budget, mustConclude, nextStep }: DiagnosisInput): string {
  if (mustConclude)
    return 'Nothing: no command runs any more. Answer with kind "resolve" now; Inconclusive is a good answer if nothing is proved.';
  return `This is move ${nextStep}; ${budget.stepsLeft} moves, ${budget.secondsLeft} seconds and ${budget.bytesLeft} bytes of output are left. Answer with one move.`;
}
