import type { Writable } from 'node:stream';
import type { VerbIo } from '../verb.ts';
import type { FacadeClient } from './facade-client.ts';
import { followToEnd } from './follow-to-end.ts';
import { paintFor } from './paint.ts';
import { progressText } from './progress-text.ts';
import { exitStatusOf, readReport, type Report } from './report.ts';
import { verdictText } from './verdict-text.ts';

/** What to ask about a host. */
export interface Question {
  prompt: string;
  agentName: string;
  /** What the host is called in the first line. */
  about: string;
  /** Progress goes to standard error, and the whole report as JSON to standard output. */
  asJson: boolean;
  /** Called once the agent has done its first step, and so has said what its host lacks. */
  onFirstStep?: (progress: Writable) => Promise<void>;
}

/** Opens an investigation, tells its progress, and prints the verdict. @returns the exit status. */
export async function ask(client: FacadeClient, question: Question, io: VerbIo): Promise<number> {
  const progress = question.asJson ? io.stderr : io.stdout;
  const created = await client.create(question.prompt, question.agentName, io.signal);
  const name = created.metadata.name ?? '';
  await tell(client, name, { ...question, progress }, io.signal);
  const report = await readReport(client, name, io.signal);
  print(report, question.asJson, io);
  return exitStatusOf(report.investigation);
}

async function tell(
  client: FacadeClient,
  name: string,
  { about, progress, onFirstStep }: Question & { progress: Writable },
  signal: AbortSignal,
): Promise<void> {
  const paint = paintFor(progress);
  const startMs = performance.now();
  progress.write(`${paint.title('Investigation')} ${name} of ${about}\n`);
  for await (const event of followToEnd(client, name, signal)) {
    progress.write(progressText(event, (performance.now() - startMs) / 1000, paint));
    if (event.type === 'step' && event.data.step === 0) await onFirstStep?.(progress);
  }
}

function print(report: Report, asJson: boolean, io: VerbIo): void {
  if (asJson) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else io.stdout.write(`\n${verdictText(report.investigation, paintFor(io.stdout))}`);
}
