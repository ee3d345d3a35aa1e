import type { DeleteOptions, PropagationPolicy } from '../objects/deletion-plan.ts';
import type { Cause } from '../schema/index.ts';
import { badRequest } from '../status/status-error.ts';
import { isJsonObject } from './json-object.ts';
import { isTrue } from './query.ts';
import { parseDocument } from './read-body.ts';
import type { ResourceRequest } from './resource-request.ts';
import { assertOptions, dryRunCauses } from './write-options.ts';

const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** DeleteOptions as they are sent: nothing is checked but types. */
interface SentOptions {
  dryRun: readonly unknown[];
  propagationPolicy: string | undefined;
  orphanDependents: boolean | undefined;
  preconditions: DeleteOptions['preconditions'];
}

/**
 * DeleteOptions of the body, or of the query when there is no body.
 *
 * @throws StatusError BadRequest for what cannot be decoded, Invalid for values that do not exist.
 */
export function readDeleteOptions(request: ResourceRequest): DeleteOptions {
  const sent = request.body.length === 0 ? fromQuery(request.query) : fromBody(request);
  assertOptions('DeleteOptions', [...policyCauses(sent), ...dryRunCauses(sent.dryRun)]);
  return {
    isDryRun: sent.dryRun.length > 0,
    propagationPolicy: policyOf(sent),
    preconditions: sent.preconditions,
  };
}

function fromQuery(query: URLSearchParams): SentOptions {
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && !/^[-+]?\d+$/.test(grace)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`);
  }
  const orphan = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: orphan === null ? undefined : isTrue(orphan),
    preconditions: undefined,
  };
}

function fromBody(request: ResourceRequest): SentOptions {
  const document = parseDocument(request.body, request.contentType);
  if (!isJsonObject(document)) throw badRequest('the request body is not DeleteOptions');
  const { kind = 'DeleteOptions', dryRun = [], preconditions } = document;
  if (kind !== 'DeleteOptions') throw badRequest(`no kind ${JSON.stringify(kind)} is registered for DeleteOptions`);
  if (!Array.isArray(dryRun)) throw undecodable('dryRun', '[]string');
  const grace = document['gracePeriodSeconds'] ?? 0;
  if (!Number.isSafeInteger(grace)) throw undecodable('gracePeriodSeconds', 'int64');
  return {
    dryRun,
    propagationPolicy: textOf(document, 'propagationPolicy'),
    orphanDependents: flagOf(document, 'orphanDependents'),
    preconditions: isJsonObject(preconditions)
      ? { uid: textOf(preconditions, 'uid'), resourceVersion: textOf(preconditions, 'resourceVersion') }
      : undefined,
  };
}

function undecodable(field: string, type: string): Error {
  return badRequest(`json: cannot unmarshal into Go struct field DeleteOptions.${field} of type ${type}`);
}

function textOf(document: Record<string, unknown>, field: string): string | undefined {
  const value = document[field] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw undecodable(field, 'string');
}

function flagOf(document: Record<string, unknown>, field: string): boolean | undefined {
  const value = document[field] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw undecodable(field, 'bool');
}

function policyCauses({ propagationPolicy: policy, orphanDependents }: SentOptions): Cause[] {
  if (policy === undefined) return [];
  const field = 'propagationPolicy';
  const value = JSON.stringify(policy);
  const causes: Cause[] = [];
  if (orphanDependents !== undefined) {
    const message = `Invalid value: ${value}: orphanDependents and deletionPropagation cannot be both set`;
    causes.push({ reason: 'FieldValueInvalid', field, message });
  }
  if (!POLICIES.includes(policy)) {
    const names = [...POLICIES, 'nil'].map((name) => JSON.stringify(name)).join(', ');
    const message = `Unsupported value: ${value}: supported values: ${names}`;
    causes.push({ reason: 'FieldValueNotSupported', field, message });
  }
  return causes;
}

function policyOf({ propagationPolicy, orphanDependents }: SentOptions): PropagationPolicy | undefined {
  if (propagationPolicy === 'Foreground' || propagationPolicy === 'Background' || propagationPolicy === 'Orphan') {
    return propagationPolicy;
  }
  if (orphanDependents === undefined) return undefined;
  // The older way to say it.
  return orphanDependents ? 'Orphan' : 'Background';
}
