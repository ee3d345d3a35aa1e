export * from './evidence-id.ts';
export * from './wire/index.ts';
export * from './context/index.ts';
export * from './policy/index.ts';
