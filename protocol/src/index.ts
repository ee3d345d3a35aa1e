export * from './evidence-id.ts';
export * from './wire/index.ts';
