import { readAccess } from './facade/open-connection.ts';
import { readFlags, readOutput, readPrompt } from './flags.ts';
import { ask } from './investigate/ask.ts';
import { FacadeClient } from './investigate/facade-client.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  prompt: { type: 'string', default: 'Why is this machine slow?' },
  namespace: { type: 'string', short: 'n', default: 'default' },
  output: { type: 'string', default: 'text' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny investigate`: asks about a host of the control plane that this command line is logged in at. */
export const investigate: Verb = {
  help: `Usage: nanny investigate AGENT [options]

Asks why a host is unwell, tells what is done there, and prints the verdict.

  --prompt TEXT          What to ask (10 to 4000 characters; default: Why is this machine slow?)
  -n, --namespace NS     Namespace of the Agent (default: default)
  --output text|json     json: progress on standard error, on standard output one document
                         {"investigation": …, "evidence": [{"id", "source", "text"}]}

Exit status: 0 when a root cause or no fault was found, 3 when it stayed inconclusive, 1 on failure.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [agentName] = positionals;
  if (!agentName) throw new UsageError('name the Agent, as nanny agents list shows it');
  const prompt = readPrompt(values.prompt);
  const asJson = readOutput(values.output) === 'json';
  const client = new FacadeClient(await readAccess(io), values.namespace);
  try {
    return await ask(client, { prompt, agentName, about: `agent ${agentName}`, asJson }, io);
  } finally {
    await client.close();
  }
}
