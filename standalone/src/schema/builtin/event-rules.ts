import type { ApiObject, Cause } from '../kinds.ts';
import { qualifiedNameErrors } from '../metadata/names.ts';
import { invalid, required } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';

/** Longest reporting instance, action and reason of a new-style event, bytes. */
const MAX_WORD_BYTES = 128;
/** Longest message of a new-style event, bytes. */
const MAX_MESSAGE_BYTES = 1024;

/**
 * What is wrong with an event. One with an `eventTime` is of the new style (events.k8s.io) and must be complete; all
 * others need only stand in the right namespace. Updates are not judged by their content.
 */
export function eventCauses(event: ApiObject, old: ApiObject | undefined): Cause[] {
  const causes = namespaceCauses(event);
  const isNewStyle = (event['eventTime'] ?? null) !== null;
  return isNewStyle && old === undefined ? [...causes, ...newStyleCauses(event)] : causes;
}

/** An event stands in the namespace of its object; events of cluster-scoped objects stand in `default`. */
function namespaceCauses(event: ApiObject): Cause[] {
  const involved = isJsonObject(event['involvedObject']) ? event['involvedObject']['namespace'] : undefined;
  const expected = involved === undefined || involved === '' ? 'default' : involved;
  if ((event.metadata.namespace ?? '') === expected) return [];
  return [invalid('involvedObject.namespace', involved ?? '', 'does not match event.namespace')];
}

function newStyleCauses(event: ApiObject): Cause[] {
  const component = textOf(event, 'reportingComponent');
  const causes = component === '' ? [required('reportingComponent')] : [];
  causes.push(...qualifiedNameErrors(component).map((error) => invalid('reportingComponent', component, error)));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const text = textOf(event, field);
    if (text === '') causes.push(required(field));
    else if (Buffer.byteLength(text) > MAX_WORD_BYTES)
      causes.push(invalid(field, '', `can have at most ${MAX_WORD_BYTES} characters`));
  }
  if (Buffer.byteLength(textOf(event, 'message')) > MAX_MESSAGE_BYTES) {
    causes.push(invalid('message', '', `can have at most ${MAX_MESSAGE_BYTES} characters`));
  }
  return causes;
}

function textOf(event: ApiObject, field: string): string {
  const value = event[field];
  return typeof value === 'string' ? value : '';
}
