import type { Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { KubeObject, ResourceType } from '../objects.ts';
import type { Call, ResourceClient } from './resource-client.ts';

/** How to reach the API server: exactly one of `server`, `inCluster` and `kubeconfigPath`, looked at in that order. */
export interface KubeClientOptions {
  kubeconfigPath?: string | undefined;
  server?: { url: string; caPem?: string | undefined; token?: string | undefined } | undefined;
  inCluster?: boolean | undefined;
  userAgent: string;
  log: Logger;
  /** Where request metrics are registered; without it none are kept. */
  registry?: Registry | undefined;
}

/** The one connection of a process to its API server. */
export interface KubeClient {
  resource<T extends KubeObject>(type: ResourceType): ResourceClient<T>;
  /** A request outside the resource verbs, for example `GET /version`; the answer is the parsed JSON. */
  raw(method: string, path: string, body?: unknown, call?: Call): Promise<unknown>;
  /** Closes all connections; watches that are still open end. */
  close(): Promise<void>;
}
