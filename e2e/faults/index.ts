export * from './controls.ts';
export * from './cpu.ts';
export * from './disk.ts';
export type { FaultTruth, InjectedFault } from './fault.ts';
export * from './file-systems.ts';
export * from './memory.ts';
export * from './processes.ts';
