import { compileKind } from '../kind/compile-kind.ts';
import { dottedValue } from '../kind/dotted-value.ts';
import type { ApiObject, CompiledKind, Json, JsonObject, SchemaNode } from '../kinds.ts';
import { ageCell } from '../table/human-duration.ts';
import { type CompiledColumn, NAME_COLUMN, type TableMaker, tableMaker } from '../table/table.ts';
import { EMPTY_CORE_EVENT } from './event-forms.ts';
import { coreEventCauses } from './event-rules.ts';
import { int32, microTime, object, objectReference, text, time } from './schema-words.ts';

const SCHEMA: SchemaNode = {
  type: 'object',
  description: 'Something that happened to an object, told for people. Events may be lost and are gone after a while.',
  required: ['involvedObject'],
  properties: {
    involvedObject: objectReference('What the event is about.'),
    reason: text('Why, in one CamelCase word that programs may read.'),
    message: text('What happened, for people.'),
    type: text('Normal or Warning.'),
    action: text('What was done.'),
    source: eventSource('Who reports.'),
    firstTimestamp: { ...time('When it happened first.'), nullable: true },
    lastTimestamp: { ...time('When it happened last.'), nullable: true },
    count: int32('How often it happened.'),
    eventTime: { ...microTime('When it was seen, to the microsecond.'), nullable: true },
    series: eventSeries('Repetition of the same event.'),
    related: objectReference('A second object that has part in it.'),
    reportingComponent: text('Controller that reports.'),
    reportingInstance: text('Which instance of it.'),
  },
};

/** Who reports an event. */
export function eventSource(description: string): SchemaNode {
  return object(description, { component: text('Component.'), host: text('Its host.') });
}

/** How an event repeats. */
export function eventSeries(description: string): SchemaNode {
  return object(description, {
    count: int32('How often it happened so far.'),
    lastObservedTime: microTime('When it happened last.'),
  });
}

function at(event: ApiObject, path: string): string {
  return dottedValue(event as unknown as JsonObject, path);
}

/** Fields that `kubectl describe` and `kubectl events` select by, and their values. */
const SELECTABLE = new Map<string, (event: ApiObject) => string>(
  [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'type',
  ].map((path) => [path, (event: ApiObject) => at(event, path)]),
).set('source', (event) => at(event, 'source.component') || at(event, 'reportingComponent'));

interface EventColumn {
  name: string;
  type?: string;
  description: string;
  priority?: number;
  cell: (event: ApiObject, now: Date) => Json;
}

function column({ name, type = 'string', description, priority = 0, cell }: EventColumn): CompiledColumn {
  return { definition: { name, type, format: '', description, priority }, cell };
}

function lastSeen(event: ApiObject): string {
  const series = at(event, 'series.lastObservedTime');
  return series || at(event, 'lastTimestamp') || at(event, 'eventTime');
}

function firstSeen(event: ApiObject): string {
  return at(event, 'firstTimestamp') || at(event, 'eventTime');
}

function source(event: ApiObject): string {
  const component = at(event, 'source.component') || at(event, 'reportingComponent');
  const host = at(event, 'source.host') || at(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
}

function subject(event: ApiObject): string {
  const kind = at(event, 'involvedObject.kind').toLowerCase();
  return `${kind}/${at(event, 'involvedObject.name')}`;
}

function occurrences(event: ApiObject): number {
  return Number(at(event, 'series.count') || at(event, 'count') || 1);
}

const COLUMNS: readonly CompiledColumn[] = [
  column({
    name: 'Last Seen',
    description: 'Time since it happened last.',
    cell: (event, now) => ageCell(lastSeen(event), now),
  }),
  column({ name: 'Type', description: 'Normal or Warning.', cell: (event) => at(event, 'type') }),
  column({ name: 'Reason', description: 'Why, in one word.', cell: (event) => at(event, 'reason') }),
  column({ name: 'Object', description: 'What the event is about.', cell: subject }),
  column({
    name: 'Subobject',
    description: 'Part of the object.',
    priority: 1,
    cell: (event) => at(event, 'involvedObject.fieldPath'),
  }),
  column({ name: 'Source', description: 'Who reports.', priority: 1, cell: source }),
  column({ name: 'Message', description: 'What happened.', cell: (event) => at(event, 'message').trim() }),
  column({
    name: 'First Seen',
    description: 'Time since it happened first.',
    priority: 1,
    cell: (event, now) => ageCell(firstSeen(event), now),
  }),
  column({ name: 'Count', description: 'How often.', priority: 1, cell: occurrences }),
  { ...NAME_COLUMN, definition: { ...NAME_COLUMN.definition, priority: 1 } },
];

/** A table of events in the form of core/v1. */
export const eventTable: TableMaker = tableMaker(COLUMNS);

/** core/v1 Event, the stored form; `eventsEventKind` is the other view of the same objects. */
export function eventKind(): CompiledKind {
  return compileKind({
    resource: {
      group: '',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
      singular: 'event',
      listKind: 'EventList',
      shortNames: ['ev'],
      categories: [],
    },
    isCustomResource: false,
    isStorageVersion: true,
    hasStatus: false,
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    schema: SCHEMA,
    rules: undefined,
    table: eventTable,
    selectable: SELECTABLE,
    // kube-apiserver takes any name here that fits in a path.
    nameErrors: () => [],
    struct: { always: EMPTY_CORE_EVENT, pointers: [] },
    judgedBy: { type: 'object' },
    extraCauses: coreEventCauses,
  });
}
