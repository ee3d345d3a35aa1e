import type { Logger } from '@nannyapi/process';
import type { EventRecorder, KubeObject } from '@nannyapi/runtime';
import { principalName, type Principal } from '../identity/principal.ts';

/**
 * How a call that is audited ended.
 *
 * `Allowed` and `Denied` are decisions about rights; `Done` and `Failed` tell what became of a deed, and `Refused` that a
 * proof of identity was not good.
 */
export type AuditOutcome = 'Allowed' | 'Denied' | 'Done' | 'Failed' | 'Refused';

/** The object that a deed was done to. */
export interface AuditTarget {
  kind: string;
  namespace?: string | undefined;
  name?: string | undefined;
  /** Absent where there is no object, or none yet; then no Event is written. */
  uid?: string | undefined;
}

/** Who did what, from where. */
export interface AuditEntry {
  /**
   * For a decision about rights what was asked: `create investigations`. For a deed PascalCase, from a closed list of each
   * caller: verb and thing, for example `ApproveDevice`; it is the reason of the Event.
   */
  action: string;
  /** The Kubernetes user; a text where nobody is proved to be anybody, for example `anonymous`. */
  principal: Principal | string;
  /** IP address of the client. */
  address: string;
  /** Id of the provider through which the person logged in. Default: that of the principal. */
  provider?: string | undefined;
  target?: AuditTarget | undefined;
  outcome: AuditOutcome;
  /** The request's id, as its answer carries it. */
  requestID?: string | undefined;
  /** One sentence, without secrets. It stands in the Event too. */
  detail?: string | undefined;
}

/** The record of who did what. Recording never fails a call and never waits. */
export interface Audit {
  record(entry: AuditEntry): void;
}

/** Message of every line of the audit log. */
export const AUDIT_MESSAGE = 'Audited a call';
/** API group of all objects that get Events. */
const API_VERSION = 'nannyai.dev/v1alpha1';

/**
 * Writes one line of log for each entry, and an Event on the object of a deed that was done.
 *
 * Secrets never get here: entries hold names and sentences of ours, no text that a client sent but names that the API
 * server took.
 */
export function createAudit(deps: { log: Logger; events?: Pick<EventRecorder, 'record'> | undefined }): Audit {
  const { log, events } = deps;
  return {
    record: (entry) => {
      log.info(lineOf(entry), AUDIT_MESSAGE);
      const object = entry.outcome === 'Done' ? objectOf(entry.target) : undefined;
      if (object) events?.record(object, { type: 'Normal', reason: entry.action, message: sentenceOf(entry) });
    },
  };
}

/** An object as the target of a deed. */
export function targetOf({ kind, metadata: { namespace, name, uid } }: KubeObject): AuditTarget {
  return { kind, namespace, name, uid };
}

function lineOf(entry: AuditEntry): object {
  const { principal, target, ...rest } = entry;
  const { kind, namespace, name } = target ?? {};
  return {
    audit: true,
    ...rest,
    principal: nameOf(principal),
    ...(typeof principal !== 'string' && principal.kind === 'user' ? { groups: principal.groups } : {}),
    provider: providerOf(entry),
    kind,
    namespace,
    name,
  };
}

function nameOf(principal: Principal | string): string {
  return typeof principal === 'string' ? principal : principalName(principal);
}

function providerOf({ principal, provider }: AuditEntry): string | undefined {
  return provider ?? (typeof principal !== 'string' && principal.kind === 'user' ? principal.provider : undefined);
}

function objectOf(target: AuditTarget | undefined): KubeObject | undefined {
  const { kind = '', namespace, name, uid } = target ?? {};
  if (name === undefined || uid === undefined) return undefined;
  return { apiVersion: API_VERSION, kind, metadata: { name, uid, ...(namespace === undefined ? {} : { namespace }) } };
}

function sentenceOf(entry: AuditEntry): string {
  const provider = providerOf(entry);
  const through = provider === undefined ? '' : ` through ${provider}`;
  const by = `By ${nameOf(entry.principal)} from ${entry.address}${through}`;
  return entry.detail === undefined ? by : `${entry.detail}. ${by}`;
}
