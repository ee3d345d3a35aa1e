export * from './fact.ts';
export * from './items.ts';
export * from './records.ts';
