export * from './crashes.ts';
export * from './names.ts';
export type * from './pod-fault.ts';
export * from './resources.ts';
