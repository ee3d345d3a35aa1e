import type * as nodeHttp from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CodedError, type Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { HealthCheck } from '../manager.ts';
import { healthAnswer } from './health-answer.ts';

/** What a {@link ProbeServer} needs. */
export interface ProbeServerOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** Name of the setting that chooses the port, for the message when it is taken. */
  portSetting: string;
  /** Whether only a new process would help. */
  liveness(): readonly HealthCheck[];
  /** Whether this process has begun its work. */
  readiness(): readonly HealthCheck[];
  registry: Registry;
  log: Logger;
}

/** Whoever sends a request for longer than this is cut off, in milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Serves `/healthz`, `/readyz` and `/metrics` to kubelet and Prometheus.
 *
 * Plain HTTP without credentials, like the probe ports of other operators: it tells of no object by name. A single
 * check is at `/healthz/NAME`; `?verbose` shows all.
 */
export class ProbeServer {
  readonly #options: ProbeServerOptions;
  readonly #server: nodeHttp.Server;

  constructor(options: ProbeServerOptions) {
    this.#options = options;
    // An import would load all of its exports, an HTTP client of 7 MB among them, also where no probe is served.
    const { createServer } = createRequire(import.meta.url)('node:http') as typeof nodeHttp;
    this.#server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      this.#answer(request.method ?? '', request.url ?? '/', response).catch((error: unknown) => {
        options.log.error({ err: error }, 'Could not answer a probe');
        reply(response, 500, 'internal error\n');
      });
    });
  }

  /** Port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Listens. @throws CodedError `PortInUse` (409). */
  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { host, port, portSetting } = this.#options;
    this.#server.once('error', reject).listen(port, host, resolve);
    try {
      await promise;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new CodedError({
        code: 'PortInUse',
        status: 409,
        message: `port ${port} for health and metrics is in use on ${host}; choose another by ${portSetting}`,
        cause: error,
      });
    }
  }

  /** Stops listening and cuts what is open: a probe is asked again. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #answer(method: string, target: string, response: nodeHttp.ServerResponse): Promise<void> {
    const options = this.#options;
    if (method !== 'GET' && method !== 'HEAD')
      return reply(response, 405, 'only GET and HEAD\n', { allow: 'GET, HEAD' });
    const url = URL.parse(target, 'http://probe');
    const [, probe = '', check] = /^\/([a-z]+)(?:\/([^/]+))?$/.exec(url?.pathname ?? '') ?? [];
    if (probe === 'metrics' && check === undefined) {
      return reply(response, 200, await options.registry.metrics(), { 'content-type': options.registry.contentType });
    }
    const checks = probe === 'healthz' ? options.liveness() : probe === 'readyz' ? options.readiness() : undefined;
    if (!checks) return reply(response, 404, 'there are /healthz, /readyz and /metrics\n');
    const isVerbose = url?.searchParams.has('verbose') ?? false;
    const { status, text } = healthAnswer(checks, { probe, check, isVerbose });
    return reply(response, status, text);
  }
}

function reply(
  response: nodeHttp.ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}
