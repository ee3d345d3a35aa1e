// Generated from protocol/src/wire/schemas.ts by hack/generate. Do not edit.
import type { Cancel, ClaimResponse, HeartbeatResponse, Hello, Task } from './wire-types.ts';

/** What is wrong with a body: where, and what is allowed. */
export interface WireIssue {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}

export interface Validator<T> {
  (body: unknown): body is T;
  errors?: WireIssue[] | null;
}

export declare const validateCancel: Validator<Cancel>;
export declare const validateClaimResponse: Validator<ClaimResponse>;
export declare const validateHeartbeatResponse: Validator<HeartbeatResponse>;
export declare const validateHello: Validator<Hello>;
export declare const validateTask: Validator<Task>;
