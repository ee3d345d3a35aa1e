/** What every process needs: clock, logging, configuration, deadlines, shutdown. Knows neither Kubernetes nor HTTP. */
export * from './abort-reason.ts';
export * from './abortable.ts';
export * from './atomic-file.ts';
export * from './clock.ts';
export * from './coded-error.ts';
export * from './config.ts';
export * from './deadline.ts';
export * from './fake-clock.ts';
export * from './logger.ts';
export * from './make-folder.ts';
export * from './shutdown.ts';
export * from './uuidv7.ts';
