import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { uuidv7 } from '@nannyapi/process';

/** Commands that the policy accepts, a new one for each step. */
const COMMANDS = [
  ['uptime'],
  ['free', '-m'],
  ['df', '-h'],
  ['df', '-i'],
  ['ps', 'aux'],
  ['vmstat', '1', '2'],
  ['cat', '/proc/loadavg'],
  ['cat', '/proc/meminfo'],
  ['cat', '/proc/stat'],
  ['cat', '/proc/diskstats'],
  ['cat', '/proc/vmstat'],
  ['cat', '/proc/mounts'],
];

/** Steps of one run that hold a command; step 0 collects the context. */
export const MODEL_STEPS = COMMANDS.length;

/**
 * A stand-in for a model gateway that has thought already: one command a step, at the end a verdict.
 *
 * It measures the time that it takes itself, from a request's last byte to its answer, so that it can be subtracted.
 */
export async function startInstantModel(): Promise<{ url: string; spentMs(): number; close(): Promise<void> }> {
  const moves = new Map<string, number>();
  let spentMs = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await text(request)) as { episode_id: string };
    const startedMs = performance.now();
    const count = moves.get(body.episode_id) ?? 0;
    moves.set(body.episode_id, count + 1);
    const parsed = moveOf(count);
    const reply = {
      inference_id: uuidv7(new Date()),
      episode_id: body.episode_id,
      variant_name: 'instant',
      output: { raw: JSON.stringify(parsed), parsed },
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    spentMs += performance.now() - startedMs;
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spentMs: () => spentMs,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function moveOf(count: number): object {
  const argv = COMMANDS[count];
  if (!argv) return { kind: 'resolve', verdict: 'Inconclusive', evidence: [], plan: 'Look again.', confidence: 'Low' };
  return { kind: 'diagnose', hypothesis: `Hypothesis ${count + 1}`, actions: [{ tool: 'run', argv }] };
}
