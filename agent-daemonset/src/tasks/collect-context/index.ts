export { collectContext } from './collect-context.ts';
export type { CollectContextOptions, ContextItem } from './collect-context.ts';
