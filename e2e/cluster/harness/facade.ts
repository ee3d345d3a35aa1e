import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { inNamespace, type ClusterSession } from './session.ts';

/** The product's API as people reach it. */
export interface ForwardedFacade {
  /** Sends a request and reads the whole answer; a stream up to its end. */
  call(token: string, method: string, path: string, body?: object): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

const CALL_MS = 60_000;

/** Opens a way to the product's API with `kubectl port-forward`. */
export async function forwardFacade({ kubectl, access }: ClusterSession): Promise<ForwardedFacade> {
  const child = inNamespace(kubectl, access.namespace).start(['port-forward', 'service/nannyapi-api', ':8443']);
  child.stderr?.resume();
  let port = 0;
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    port = Number(/^Forwarding from 127\.0\.0\.1:(\d+)/u.exec(line)?.[1] ?? 0);
    if (port > 0) break;
  }
  // Every connection is told of on a line of its own, which must not fill the pipe.
  child.stdout?.resume();
  if (port === 0) throw new Error('kubectl port-forward ended');
  return {
    call: async (token, method, path, body) => {
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
      const signal = AbortSignal.timeout(CALL_MS);
      // The name in the certificate is that of the Service, and it is not in question here.
      const options = {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers,
        signal,
        rejectUnauthorized: false,
        agent: false,
      };
      const sent = request(options as RequestOptions);
      sent.end(body && JSON.stringify(body));
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const text = (await answer.setEncoding('utf8').toArray()).join('');
      return { status: answer.statusCode ?? 0, text };
    },
    close: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
