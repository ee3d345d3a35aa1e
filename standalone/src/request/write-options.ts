import type { Cause } from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';
import type { ResourceRequest } from './resource-request.ts';

/** Which options a write takes: its name stands in messages. */
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Longest field manager name that Kubernetes takes, in bytes. */
const MAX_MANAGER_BYTES = 128;
const MODES: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * Checks the query parameters that say how a write is to be done, as kube-apiserver does before it looks at the body.
 *
 * @throws StatusError Invalid of the options kind in `meta.k8s.io`, with a cause for each bad parameter.
 */
export function assertWriteOptions(request: Pick<ResourceRequest, 'query'>, kind: OptionsKind, isApply = false): void {
  const { query } = request;
  const causes = [
    ...applyCauses(query, kind, isApply),
    ...managerCauses(query.get('fieldManager') ?? '', isApply),
    ...dryRunCauses(query.getAll('dryRun')),
    ...modeCauses(query.get('fieldValidation') ?? ''),
  ];
  assertOptions(kind, causes);
}

/** @throws StatusError Invalid when there are causes. */
export function assertOptions(kind: OptionsKind, causes: readonly Cause[]): void {
  if (causes.length === 0) return;
  const parts = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = parts.length === 1 ? parts[0] : `[${parts.join(', ')}]`;
  throw new StatusError('Invalid', `${kind}.meta.k8s.io "" is invalid: ${list}`, {
    group: 'meta.k8s.io',
    kind,
    causes,
  });
}

/** What is wrong with a `dryRun` list: `All` is the one word it may hold. */
export function dryRunCauses(values: readonly unknown[]): Cause[] {
  if (values.every((value) => value === 'All')) return [];
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  return [{ reason: 'FieldValueNotSupported', field: 'dryRun', message }];
}

function applyCauses(query: URLSearchParams, kind: OptionsKind, isApply: boolean): Cause[] {
  if (kind !== 'PatchOptions' || isApply || query.get('force') === null) return [];
  return [
    { reason: 'FieldValueForbidden', field: 'force', message: 'Forbidden: may not be specified for non-apply patch' },
  ];
}

function managerCauses(manager: string, isApply: boolean): Cause[] {
  const field = 'fieldManager';
  if (manager === '' && isApply) {
    return [{ reason: 'FieldValueRequired', field, message: 'Required value: is required for apply patch' }];
  }
  const causes: Cause[] = [];
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) {
    const message = `Too long: may not be more than ${MAX_MANAGER_BYTES} bytes`;
    causes.push({ reason: 'FieldValueTooLong', field, message });
  }
  let position = 0;
  for (const char of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) {
      const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      const message = `Invalid value: ${JSON.stringify(manager)}: invalid character U+${code} (at position ${position})`;
      causes.push({ reason: 'FieldValueInvalid', field, message });
    }
    position += Buffer.byteLength(char);
  }
  return causes;
}

function modeCauses(mode: string): Cause[] {
  if (MODES.includes(mode)) return [];
  const message = `Unsupported value: ${JSON.stringify(mode)}: supported values: ${MODES.map((word) => JSON.stringify(word)).join(', ')}`;
  return [{ reason: 'FieldValueNotSupported', field: 'fieldValidation', message }];
}
