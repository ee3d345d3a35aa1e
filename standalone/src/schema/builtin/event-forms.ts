import type { ApiObject, JsonObject } from '../kinds.ts';

/** `apiVersion` of the newer of the two forms of an event. */
export const EVENTS_API_VERSION = 'events.k8s.io/v1';

/** Names of one field in events.k8s.io/v1 and in core/v1, in the order in which the former is written. */
const NAMES: readonly (readonly [string, string])[] = [
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance', 'reportingInstance'],
  ['action', 'action'],
  ['reason', 'reason'],
  ['regarding', 'involvedObject'],
  ['related', 'related'],
  ['note', 'message'],
  ['type', 'type'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

/** Fields that Go writes of a core/v1 event even when they are empty. */
export const EMPTY_CORE_EVENT: JsonObject = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

/** The same of an events.k8s.io/v1 event. */
export const EMPTY_EVENTS_EVENT: JsonObject = {
  eventTime: null,
  regarding: {},
  deprecatedSource: {},
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
};

/** A stored event (core/v1) in the form of events.k8s.io/v1; one that is in that form already stays as it is. */
export function fromCoreEvent(event: ApiObject): ApiObject {
  if (event.apiVersion === EVENTS_API_VERSION) return event;
  const fields = NAMES.map(([name, coreName]) => [name, event[coreName] ?? EMPTY_EVENTS_EVENT[name]] as const);
  // Empty texts are written in the older form only.
  return formOf(
    event,
    EVENTS_API_VERSION,
    fields.filter(([, value]) => value !== ''),
  );
}

/** An event in the form in which it is stored (core/v1). */
export function toCoreEvent(event: ApiObject): ApiObject {
  const fields = NAMES.map(([name, coreName]) => [coreName, event[name] ?? EMPTY_CORE_EVENT[coreName]] as const);
  return formOf(event, 'v1', fields);
}

function formOf(
  { kind, metadata }: ApiObject,
  apiVersion: string,
  fields: readonly (readonly [string, unknown])[],
): ApiObject {
  const present = fields.filter(([, value]) => value !== undefined);
  return { apiVersion, kind, metadata, ...Object.fromEntries(present) };
}
