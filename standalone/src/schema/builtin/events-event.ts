import { compileKind } from '../kind/compile-kind.ts';
import { dottedValue } from '../kind/dotted-value.ts';
import type { ApiObject, CompiledKind, JsonObject, SchemaNode, Table, TableOptions } from '../kinds.ts';
import { EMPTY_EVENTS_EVENT, fromCoreEvent, toCoreEvent } from './event-forms.ts';
import { eventsEventCauses } from './event-rules.ts';
import { eventSource, eventTable, eventSeries } from './event.ts';
import { int32, microTime, objectReference, text, time } from './schema-words.ts';

const SCHEMA: SchemaNode = {
  type: 'object',
  description: 'Something that happened to an object, told for people. Events may be lost and are gone after a while.',
  required: ['eventTime'],
  properties: {
    eventTime: { ...microTime('When it was seen, to the microsecond.'), nullable: true },
    series: eventSeries('Repetition of the same event.'),
    reportingController: text('Controller that reports, such as example.com/controller.'),
    reportingInstance: text('Which instance of it.'),
    action: text('What was done.'),
    reason: text('Why, in one CamelCase word that programs may read.'),
    regarding: objectReference('What the event is about.'),
    related: objectReference('A second object that has part in it.'),
    note: text('What happened, for people.'),
    type: text('Normal or Warning.'),
    deprecatedSource: eventSource('Who reports, in events of core/v1.'),
    deprecatedFirstTimestamp: { ...time('When it happened first, in events of core/v1.'), nullable: true },
    deprecatedLastTimestamp: { ...time('When it happened last, in events of core/v1.'), nullable: true },
    deprecatedCount: int32('How often it happened, in events of core/v1.'),
  },
};

const SELECTABLE = [
  'reason',
  'regarding.kind',
  'regarding.namespace',
  'regarding.name',
  'regarding.uid',
  'regarding.apiVersion',
  'regarding.resourceVersion',
  'regarding.fieldPath',
  'reportingController',
  'type',
];

/** The columns tell of the stored form; an object that is wanted whole is in its own. */
function tableOf(events: readonly ApiObject[], options: TableOptions): Table {
  const table = eventTable(events.map(toCoreEvent), options);
  if (options.includeObject !== 'Object') return table;
  return { ...table, rows: table.rows.map((row, index) => ({ ...row, object: events[index] })) };
}

/** events.k8s.io/v1 Event: the newer view of the same objects, with stricter rules for those who write through it. */
export function eventsEventKind(): CompiledKind {
  return compileKind({
    resource: {
      group: 'events.k8s.io',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
      singular: 'event',
      listKind: 'EventList',
      shortNames: ['ev'],
      categories: [],
      keptBy: { group: '', plural: 'events' },
    },
    isCustomResource: false,
    isStorageVersion: false,
    hasStatus: false,
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    schema: SCHEMA,
    rules: undefined,
    table: (events, options) => tableOf(events, options),
    selectable: new Map(
      SELECTABLE.map((path) => [path, (event: ApiObject) => dottedValue(event as unknown as JsonObject, path)]),
    ),
    // The rules say it, of new events only.
    nameErrors: () => [],
    struct: { always: EMPTY_EVENTS_EVENT, pointers: [] },
    judgedBy: { type: 'object' },
    conversion: { fromStored: fromCoreEvent, toStored: toCoreEvent },
    extraCauses: (event, old) =>
      eventsEventCauses(toCoreEvent(event), old === undefined ? undefined : toCoreEvent(old)),
  });
}
