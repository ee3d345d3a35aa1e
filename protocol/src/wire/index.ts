export * from '../generated/validators.js';
export type * from '../generated/wire-types.ts';
export * from './errors.ts';
export * from './oauth.ts';
export * from './paths.ts';
export * as wireSchemas from './schemas.ts';
