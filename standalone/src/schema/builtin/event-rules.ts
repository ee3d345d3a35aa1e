import type { ApiObject, Cause } from '../kinds.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../metadata/names.ts';
import { invalid, required } from '../structural/cause.ts';
import { isJsonObject, jsonEqual } from '../structural/json-value.ts';

/** Longest reporting instance, action and reason of a new-style event, bytes. */
const MAX_WORD_BYTES = 128;
/** Longest message of a new-style event, bytes. */
const MAX_MESSAGE_BYTES = 1024;
/** A series begins with the second occurrence. */
const MIN_SERIES_COUNT = 2;

/** Fields that events.k8s.io lets nobody change; the labels and the series are left. Named as in core/v1. */
const IMMUTABLE = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
];

/** Fields that events.k8s.io takes over from core/v1 for old events only. */
const DEPRECATED = ['firstTimestamp', 'lastTimestamp', 'count', 'source'];

/**
 * What is wrong with a core/v1 event. One with an `eventTime` is of the new style and must be complete; all others need
 * only stand in the right namespace.
 */
export function coreEventCauses(event: ApiObject): Cause[] {
  return styleCauses(event, 'reportingComponent');
}

/**
 * What is wrong with an event that is written through events.k8s.io, given in the form of core/v1, as kube-apiserver
 * judges it: most fields in the causes have the name that they have there.
 */
export function eventsEventCauses(event: ApiObject, old: ApiObject | undefined): Cause[] {
  const causes = styleCauses(event, 'reportingController');
  return [...causes, ...(old === undefined ? newEventCauses(event) : changeCauses(event, old))];
}

function styleCauses(event: ApiObject, controllerField: string): Cause[] {
  const isNewStyle = isSet(event['eventTime']);
  const causes = namespaceCauses(event, isNewStyle);
  return isNewStyle ? [...causes, ...newStyleCauses(event, controllerField)] : causes;
}

/**
 * An event stands in the namespace of its object; events of cluster-scoped objects stand in `default`. Of new-style
 * events kube-apiserver asks less: that they stand in no other namespace when they name none.
 */
function namespaceCauses(event: ApiObject, isNewStyle: boolean): Cause[] {
  const involved = isJsonObject(event['involvedObject']) ? event['involvedObject']['namespace'] : undefined;
  const { namespace = '' } = event.metadata;
  const hasNone = involved === undefined || involved === '';
  const isInPlace = isNewStyle
    ? !hasNone || namespace === 'default' || namespace === 'kube-system'
    : namespace === (hasNone ? 'default' : involved);
  return isInPlace ? [] : [invalid('involvedObject.namespace', involved ?? '', 'does not match event.namespace')];
}

function newStyleCauses(event: ApiObject, controllerField: string): Cause[] {
  const controller = textOf(event, 'reportingComponent');
  const causes = controller === '' ? [required(controllerField)] : [];
  causes.push(...qualifiedNameErrors(controller).map((error) => invalid(controllerField, controller, error)));
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

function newEventCauses(event: ApiObject): Cause[] {
  const { name = '' } = event.metadata;
  const type = textOf(event, 'type');
  const isKnownType = type === 'Normal' || type === 'Warning';
  const deprecated = DEPRECATED.filter((field) => isSet(event[field]));
  return [
    ...dns1123SubdomainErrors(name).map((error) => invalid('metadata.name', name, error)),
    ...seriesCauses(event),
    ...(isSet(event['eventTime']) ? [] : [required('eventTime')]),
    ...(isKnownType ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...deprecated.map((field) => invalid(field, '', 'needs to be unset')),
  ];
}

function changeCauses(event: ApiObject, old: ApiObject): Cause[] {
  const hasChanged = (field: string): boolean => !jsonEqual(event[field] ?? null, old[field] ?? null);
  const causes = hasChanged('series') ? seriesCauses(event) : [];
  const changed = IMMUTABLE.filter(hasChanged).map((field) => {
    const isRenamed = field === 'reportingComponent';
    return invalid(isRenamed ? 'reportingController' : field, event[field] ?? null, 'field is immutable');
  });
  return [...causes, ...changed];
}

function seriesCauses({ series }: ApiObject): Cause[] {
  if (!isJsonObject(series)) return [];
  const isLongEnough = Number(series['count'] ?? 0) >= MIN_SERIES_COUNT;
  return [
    ...(isLongEnough ? [] : [invalid('series.count', '', `should be at least ${MIN_SERIES_COUNT}`)]),
    ...(isSet(series['lastObservedTime']) ? [] : [required('series.lastObservedTime')]),
  ];
}

/** False for what Go takes for the zero of its type. */
function isSet(value: unknown): boolean {
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== '' && value !== 0;
}

function textOf(event: ApiObject, field: string): string {
  const value = event[field];
  return typeof value === 'string' ? value : '';
}
