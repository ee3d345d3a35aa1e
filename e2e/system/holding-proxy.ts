import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dump } from 'js-yaml';
import { vi } from 'vitest';

/** The API server behind the proxy, and who asks it. */
export interface ProxiedServer {
  url: string;
  caPem: string;
  adminToken: string;
}

/** A line to an API server on which some requests can be kept back, as if the network were slow just then. */
export class HoldingProxy {
  readonly #agent: Agent;
  readonly #target: string;
  readonly #server: Server;
  readonly #held: { go: () => void; response: ServerResponse }[] = [];
  #isWanted: (method: string, path: string) => boolean = () => false;

  private constructor(server: ProxiedServer) {
    this.#target = server.url;
    this.#agent = new Agent({ ca: server.caPem, keepAlive: true });
    this.#server = createServer((incoming, response) => {
      this.#serve(incoming, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** Listens on loopback and writes a kubeconfig that leads here. */
  static async start(server: ProxiedServer, kubeconfigPath: string): Promise<HoldingProxy> {
    const proxy = new HoldingProxy(server);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const { port } = proxy.#server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: server.adminToken } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(kubeconfigPath, dump(config), { mode: 0o600 });
    return proxy;
  }

  /** Keeps back what matches, from now on. */
  hold(isWanted: (method: string, path: string) => boolean): void {
    this.#isWanted = isWanted;
  }

  /** Resolves when as many requests are kept back. */
  async holds(count: number): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.#held.length < count) throw new Error(`${this.#held.length} of ${count} requests are held`);
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  /** Lets everything through, what was kept back first. */
  release(): void {
    this.#isWanted = () => false;
    for (const { go } of this.#held.splice(0)) go();
  }

  /** Drops what is kept back: the server never hears of it. */
  drop(): void {
    this.#isWanted = () => false;
    for (const { response } of this.#held.splice(0)) response.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (this.#isWanted(method, url)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#held.push({ go: resolve, response });
      await promise;
    }
    const { host: _host, ...others } = headers;
    const forwarded = request(new URL(url, this.#target), { method, headers: others, agent: this.#agent });
    forwarded.end(Buffer.concat(chunks));
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }
}
