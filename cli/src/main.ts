/** `nanny`: for people. Reads the verb, runs it, turns errors into one line and an exit status. */
import { CodedError } from '@nannyapi/process';
import { UsageError, type Verb, type VerbIo, type VerbTable } from './verb.ts';
import { VERBS } from './verbs.ts';
import { VERSION } from './version.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`received ${name}`)));

// Whoever reads our output may have seen enough (`nanny … | head`): that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  signal: stop.signal,
});

async function main(args: readonly string[], io: VerbIo): Promise<number> {
  const [name = 'help'] = args;
  if (name === '--version' || name === 'version') return print(io, `nanny ${VERSION}\n`);
  if (name === '--help' || name === '-h' || name === 'help') return print(io, helpText());
  const found = await findVerb(args);
  if (!found) {
    io.stderr.write(`nanny: there is no verb '${name}'. Verbs: ${Object.keys(VERBS).join(', ')}\n`);
    return 2;
  }
  const { verb, words } = found;
  const rest = args.slice(words.length);
  if (rest.includes('--help') || rest.includes('-h'))
    return print(io, verb.help + verbList(`nanny ${words.join(' ')} `, verb.verbs));
  try {
    return await verb.run(rest, io);
  } catch (error) {
    return explain(words.join(' '), error, io);
  }
}

/** The verb that the leading words name, and those words. */
async function findVerb(args: readonly string[]): Promise<{ verb: Verb; words: string[] } | undefined> {
  let found: { verb: Verb; words: string[] } | undefined;
  let verbs: VerbTable | undefined = VERBS;
  for (const word of args) {
    const entry: VerbTable[string] | undefined = verbs && Object.hasOwn(verbs, word) ? verbs[word] : undefined;
    if (!entry) break;
    found = { verb: await entry.load(), words: [...(found?.words ?? []), word] };
    verbs = found.verb.verbs;
  }
  return found;
}

function explain(name: string, error: unknown, io: VerbIo): number {
  if (error instanceof UsageError) {
    io.stderr.write(`nanny ${name}: ${error.message}\nSee 'nanny ${name} --help'.\n`);
    return 2;
  }
  if (error instanceof CodedError) {
    io.stderr.write(`nanny ${name}: ${error.message} (${error.code})\n`);
    return 1;
  }
  if (error instanceof Error && 'syscall' in error) {
    io.stderr.write(`nanny ${name}: ${error.message}\n`);
    return 1;
  }
  io.stderr.write(`nanny ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

function helpText(): string {
  return `Usage: nanny VERB [options]\n${verbList('', VERBS)}\nSee 'nanny VERB --help'.\n`;
}

/** A line a verb, after an empty one; nothing where there are none. */
function verbList(before: string, verbs: VerbTable = {}): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, verb]) => `  ${before}${name.padEnd(width)}  ${verb.summary}\n`);
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

function print(io: VerbIo, text: string): number {
  io.stdout.write(text);
  return 0;
}
