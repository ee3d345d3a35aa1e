import { createHash } from 'node:crypto';
import { createLogger, systemClock, type Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import {
  createFacade,
  createTokenAuthenticator,
  type Authorizer,
  type Facade,
  type FacadeConfig,
} from '../src/index.ts';
import { EventReader } from './event-reader.ts';

/** The credentials that every test facade knows. */
export const TOKENS = { anna: 'token-of-anna', hostA: 'token-of-host-a', hostB: 'token-of-host-b' } as const;

/** Names that hosts and people of {@link TOKENS} have. */
export const AGENT_A = { kind: 'agent', namespace: 'default', name: 'host-a' } as const;
export const AGENT_B = { kind: 'agent', namespace: 'default', name: 'host-b' } as const;

/** An answer of the facade, its body parsed when it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
}

/** A facade that listens on loopback, over plain HTTP unless told otherwise. */
export interface TestFacade {
  facade: Facade;
  url: string;
  registry: Registry;
  call(method: string, path: string, token?: string, body?: unknown): Promise<Answer>;
  events(path: string, token: string): Promise<EventReader>;
  close(): Promise<void>;
}

/** Starts one replica. */
export async function startTestFacade(options: {
  client: KubeClient;
  clock?: Clock;
  config?: Partial<FacadeConfig>;
  authorizer?: Authorizer;
}): Promise<TestFacade> {
  const registry = new Registry();
  const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
  const facade = createFacade({
    client: options.client,
    clock: options.clock ?? systemClock,
    log: createLogger({ name: 'test-facade', level: 'silent' }),
    registry,
    authenticator: createTokenAuthenticator([
      { sha256: sha256(TOKENS.anna), principal: { kind: 'user', name: 'anna', groups: [] } },
      { sha256: sha256(TOKENS.hostA), principal: AGENT_A },
      { sha256: sha256(TOKENS.hostB), principal: AGENT_B },
    ]),
    ...(options.authorizer ? { authorizer: options.authorizer } : {}),
    config: { host: '127.0.0.1', port: 0, ...options.config },
  });
  const stop = new AbortController();
  await facade.start(stop.signal);
  const url = facade.address();
  return {
    facade,
    url,
    registry,
    call: async (method, path, token, body) => {
      const isRaw = body instanceof Uint8Array || typeof body === 'string';
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined
            ? {}
            : { 'content-type': body instanceof Uint8Array ? 'application/gzip' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    events: (path, token) => EventReader.open(`${url}${path}`, token),
    close: async () => {
      stop.abort();
      await facade.close();
    },
  };
}
