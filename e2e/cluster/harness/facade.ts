import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { AGENT_PATHS } from '@nannyapi/protocol';
import { inNamespace, type ClusterSession } from './session.ts';

/** The product's API as somebody reaches it who stole a token. */
export interface ForwardedFacade {
  call(token: string, method: string, path: string, body?: object): Promise<{ status: number; text: string }>;
  /** Uids of the tasks that the stream of an agent begins with. */
  tasksOnStream(token: string): Promise<string[]>;
  close(): Promise<void>;
}

const CALL_MS = 15_000;

/** Opens a way to the product's API with `kubectl port-forward`. */
export async function forwardFacade({ kubectl, access }: ClusterSession): Promise<ForwardedFacade> {
  const child = inNamespace(kubectl, access.namespace).start(['port-forward', 'service/nannyapi-api', ':https']);
  child.stderr?.resume();
  let port = 0;
  // Every connection is told of on a line of its own, so the rest has to be read too.
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    port = Number(/^Forwarding from 127\.0\.0\.1:(\d+)/u.exec(line)?.[1] ?? 0);
    if (port > 0) break;
  }
  child.stdout?.resume();
  if (port === 0) throw new Error('kubectl port-forward ended');
  const send = (token: string, options: RequestOptions, body?: object): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = { authorization: `Bearer ${token}`, ...(text && { 'content-type': 'application/json' }) };
      // Who the server is, is not in question here.
      const to = {
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        signal: AbortSignal.timeout(CALL_MS),
        agent: false,
      };
      request({ ...options, ...to, headers } as RequestOptions, resolve)
        .on('error', reject)
        .end(text);
    });
  return {
    call: async (token, method, path, body) => {
      const answer = await send(token, { method, path }, body);
      const text = (await answer.setEncoding('utf8').toArray()).join('');
      return { status: answer.statusCode ?? 0, text };
    },
    tasksOnStream: async (token) => {
      const answer = await send(token, { path: AGENT_PATHS.stream });
      if (answer.statusCode !== 200) throw new Error(`the stream answered ${answer.statusCode}`);
      const uids = await openTasksOf(answer);
      answer.destroy();
      return uids;
    },
    close: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/**
 * Reads a stream up to its first ping, or its end: by then all open tasks were told.
 *
 * The agent that the token was taken from connects again meanwhile and thereby ends this stream.
 */
async function openTasksOf(answer: IncomingMessage): Promise<string[]> {
  const uids: string[] = [];
  let event = '';
  for await (const line of createInterface({ input: answer })) {
    if (line.startsWith('event: ')) event = line.slice('event: '.length);
    if (event === 'ping') break;
    if (event === 'task' && line.startsWith('data: ')) uids.push((JSON.parse(line.slice(6)) as { uid: string }).uid);
  }
  return uids;
}
