import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { readFlags } from './flags.ts';
import { runPolicyCheck } from './policy-check.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

/** `nanny policy`: what the safety policy says, without a host. */
export const policy: Verb = {
  help: `Usage: nanny policy check [FILE]

Reads one JSON case a line from FILE or standard input, {"id", "kind", "input"}, kind being cmd, bpftrace,
bpftrace-argv or json, and prints {"id", "verdict": "accept" or "refuse", "rule", "message"} a line.
Consults no host. Exit status 0 when every line was judged, 2 on a malformed line, which is named.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { positionals } = readFlags(args, {}, 2);
  const [verb, file] = positionals;
  if (verb !== 'check') throw new UsageError(`policy knows 'check', not '${verb ?? ''}'`);
  const input = file === undefined || file === '-' ? io.stdin : await openFile(file);
  return runPolicyCheck({ input, output: io.stdout, errors: io.stderr });
}

async function openFile(path: string): Promise<Readable> {
  try {
    return (await open(path)).createReadStream();
  } catch (error) {
    throw new UsageError(`cannot read the cases: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
