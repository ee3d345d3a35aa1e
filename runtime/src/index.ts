/** Controller machinery that knows no kind of ours: client, informers, work queue, controllers, manager. */
import type { Clock, Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { KubeClient, KubeClientOptions } from './client/kube-client.ts';
import type { ResourceClient } from './client/resource-client.ts';
import type { Reconciler } from './controller/reconciler.ts';
import type { Informer, InformerOptions } from './informer/informer.ts';
import type { KubeObject } from './objects.ts';

export * from './client/kube-api-error.ts';
export type * from './client/kube-client.ts';
export type * from './client/resource-client.ts';
export * from './conditions.ts';
export * from './controller/reconciler.ts';
export type * from './informer/informer.ts';
export * from './objects.ts';
export interface Runnable {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
}
export interface OwnedSource<C extends KubeObject = KubeObject> {
  informer: Informer<C>;
  ownerKey(object: C): string | undefined;
}
export interface ControllerOptions<T extends KubeObject> {
  name: string;
  informer: Informer<T>;
  client: ResourceClient<T>;
  reconciler: Reconciler<T>;
  owns?: readonly OwnedSource[] | undefined;
  workers?: number | undefined;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  finalizer?: string | undefined;
  handlesSuspend?: boolean | undefined;
}
export declare function createKubeClient(options: KubeClientOptions): KubeClient;
export declare function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T>;
export declare function createController<T extends KubeObject>(options: ControllerOptions<T>): Runnable;
export declare class Manager {
  constructor(options: { log: Logger; clock: Clock });
  add(runnable: Runnable): void;
  addInformer(informer: Informer<KubeObject>): void;
  start(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  unhealthy(): string[];
}
export declare class EventRecorder {
  constructor(options: { client: KubeClient; component: string; clock: Clock; log: Logger });
  record(object: KubeObject, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}
