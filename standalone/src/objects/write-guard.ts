import type { ApiObject } from '../schema/index.ts';

/** A write about to be made. */
export interface PendingWrite {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The new state; undefined for DELETE. */
  object?: ApiObject;
  /** The state before; undefined for CREATE. */
  oldObject?: ApiObject;
}

/** Judges a write on behalf of the client who sent it; what the server does by itself has no guard. */
export interface WriteGuard {
  /** Called with the new state before it is validated. @throws StatusError for what the client has no right to. */
  beforeValidation(write: PendingWrite): void;
  /** Called when the new state is valid, and before a deletion. @throws StatusError for what a policy forbids. */
  afterValidation(write: PendingWrite): void;
}
