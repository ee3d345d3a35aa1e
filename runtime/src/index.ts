/** Controller machinery that knows no kind of ours: client, informers, work queue, controllers, manager. */
export * from './client/kube-api-error.ts';
export * from './client/kube-client.ts';
export type * from './client/resource-client.ts';
export * from './conditions.ts';
export { createController, type ControllerOptions, type OwnedSource } from './controller/controller.ts';
export { STALLED } from './controller/desired-status.ts';
export { mergePatchBetween } from './controller/merge-patch.ts';
export * from './controller/reconciler.ts';
export * from './event-recorder.ts';
export type * from './informer/informer.ts';
export { createInformer } from './informer/store-informer.ts';
export * from './manager.ts';
export * from './metrics.ts';
export * from './objects.ts';
export * from './queue/rate-limiter.ts';
export { WorkQueue, type WorkQueueOptions } from './queue/work-queue.ts';
