import { badRequest, StatusError } from '../status/status-error.ts';
import { MESSAGE_TYPES } from './message-types.ts';
import type { FieldType, MessageType } from './message-types.ts';
import { readFields } from './wire.ts';
import type { WireField } from './wire.ts';

/** Media type of Kubernetes' protobuf envelope. */
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
/** What every body begins with. */
const MAGIC = Buffer.from('k8s\0');

/**
 * Decodes a Kubernetes protobuf body, as kubectl's generators send it, into the JSON form of the object.
 *
 * @throws StatusError BadRequest for a malformed body, UnsupportedMediaType for a kind that is taken as JSON only.
 */
export function decodeObject(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest('the request body is not valid protobuf');
  let typeMeta: Record<string, unknown> = {};
  let raw = Buffer.alloc(0);
  for (const field of readFields(body.subarray(MAGIC.length))) {
    if (field.number === 1) typeMeta = decodeMessage(field.bytes, TYPE_META);
    if (field.number === 2) raw = Buffer.from(field.bytes);
  }
  if (text(typeMeta['kind']) === '') throw badRequest("Object 'Kind' is missing in the protobuf body");
  const type = MESSAGE_TYPES[`${text(typeMeta['apiVersion'])}/${text(typeMeta['kind'])}`];
  if (type === undefined) {
    throw new StatusError('UnsupportedMediaType', `${text(typeMeta['kind'])} is accepted as application/json only`);
  }
  return { ...typeMeta, ...decodeMessage(raw, type) };
}

const TYPE_META: MessageType = {
  1: { name: 'apiVersion', type: 'string' },
  2: { name: 'kind', type: 'string' },
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function decodeMessage(bytes: Buffer, type: MessageType): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of readFields(bytes)) {
    const known = type[field.number];
    if (known === undefined) continue;
    const value = decodeField(field, known.type, result[known.name]);
    // Go's encoder writes empty strings and zero times for fields that are not set.
    if (value !== undefined && value !== '') result[known.name] = value;
  }
  for (const [name, value] of Object.entries(result)) {
    if (value instanceof Map) result[name] = Object.fromEntries(value);
  }
  return result;
}

function decodeField(field: WireField, type: FieldType, before: unknown): unknown {
  if (typeof type === 'object') {
    if ('message' in type) return decodeMessage(field.bytes, type.message);
    return append(before, decodeMessage(field.bytes, type.listOf));
  }
  return SCALARS[type](field, before);
}

const SCALARS: Readonly<Record<Exclude<FieldType, object>, (field: WireField, before: unknown) => unknown>> = {
  string: ({ bytes }) => bytes.toString('utf8'),
  bool: ({ varint }) => varint !== 0n,
  int64: ({ varint }) => (varint === 0n ? undefined : Number(BigInt.asIntN(64, varint))),
  bytes: ({ bytes }) => bytes.toString('base64'),
  time: ({ bytes }) => decodeTime(bytes),
  'list:string': ({ bytes }, before) => append(before, bytes.toString('utf8')),
  'map:string': ({ bytes }, before) => addEntry(before, bytes, 'utf8'),
  'map:bytes': ({ bytes }, before) => addEntry(before, bytes, 'base64'),
  'map:list': ({ bytes }, before) => addList(before, bytes),
};

/** In place: copying at every element would make a large list quadratic. */
function append(before: unknown, value: unknown): unknown[] {
  const list = Array.isArray(before) ? (before as unknown[]) : [];
  list.push(value);
  return list;
}

function addEntry(before: unknown, bytes: Buffer, encoding: 'utf8' | 'base64'): Map<string, string> {
  const map = before instanceof Map ? (before as Map<string, string>) : new Map<string, string>();
  let key = '';
  let value = '';
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = field.bytes.toString('utf8');
    if (field.number === 2) value = field.bytes.toString(encoding);
  }
  return map.set(key, value);
}

/** A map of lists of strings: each list is a message of one repeated field. */
function addList(before: unknown, bytes: Buffer): Map<string, string[]> {
  const map = before instanceof Map ? (before as Map<string, string[]>) : new Map<string, string[]>();
  let key = '';
  const list: string[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = field.bytes.toString('utf8');
    if (field.number === 2) for (const { bytes: item } of readFields(field.bytes)) list.push(item.toString('utf8'));
  }
  return map.set(key, list);
}

function decodeTime(bytes: Buffer): string | undefined {
  for (const field of readFields(bytes)) {
    if (field.number !== 1 || field.varint === 0n) continue;
    return `${new Date(Number(field.varint) * 1000).toISOString().slice(0, 19)}Z`;
  }
  return undefined;
}
