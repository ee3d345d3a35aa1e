export * from './agent-label.ts';
export * from './conditions.ts';
export * from './generated/agent.ts';
export * from './generated/agenttask.ts';
export * from './generated/evidence.ts';
export * from './generated/investigation.ts';
export * from './labels.ts';
export type { ObjectMeta, OwnerReference } from './object-meta.ts';
export * from './resources.ts';
