import { RECORD_FIELDS } from './records.ts';
import type { FieldName, RecordName } from './records.ts';

/** One line of a context item, taken apart. */
export interface Fact<R extends RecordName = RecordName> {
  record: R;
  fields: ReadonlyMap<string, string>;
  /** The line as it stands in the item: what a finding quotes. */
  line: string;
}

/** What a field may hold. Numbers come with their unit by {@link withUnit}. `undefined` leaves the field out. */
export type FactValue = string | number | boolean | undefined;

/** A line is at most this many characters, so that it can be quoted whole (a quote holds 1024). */
export const MAX_FACT_CHARS = 700;

/**
 * Renders one fact as `record key=value key="two words"`.
 *
 * Text from the host cannot break out: control characters become spaces and quotes are escaped, so one fact stays one line.
 */
export function factLine<R extends RecordName>(record: R, fields: Partial<Record<FieldName<R>, FactValue>>): string {
  const order: readonly string[] = RECORD_FIELDS[record];
  const given = fields as Readonly<Record<string, FactValue>>;
  let line: string = record;
  for (const key of order) {
    const value = given[key];
    if (value === undefined) continue;
    const part = ` ${key}=${renderValue(value, MAX_FACT_CHARS - line.length - key.length - 4)}`;
    if (line.length + part.length <= MAX_FACT_CHARS) line += part;
  }
  return line;
}

function renderValue(value: string | number | boolean, room: number): string {
  if (typeof value === 'number') return decimal(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = value
    // oxlint-disable-next-line no-control-regex -- control characters are what is being removed
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, ' ')
    .slice(0, Math.max(0, Math.min(room, 400)));
  if (/^[^\s"\\]+$/u.test(text)) return text;
  return `"${text.replaceAll(/["\\]/gu, (character) => `\\${character}`)}"`;
}

/** A number with its unit, such as `12.5%`, `300ms`, `4096B` or `1.5/s`; at most two decimals. */
export function withUnit(value: number, unit: string): string {
  return `${decimal(value)}${unit}`;
}

function decimal(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}

/** All facts of an item's text, in order. Lines that are none (the header, foreign text) are left out. */
export function parseFacts(text: string): Fact[] {
  return text
    .split('\n')
    .map(parseFact)
    .filter((fact) => fact !== undefined);
}

/** The facts of one record in an item's text. */
export function factsOf<R extends RecordName>(text: string, record: R): Fact<R>[] {
  return parseFacts(text).filter((fact): fact is Fact<R> => fact.record === record);
}

/** Takes one line apart, or answers `undefined` for a line that is no fact. */
export function parseFact(line: string): Fact | undefined {
  const [record = ''] = line.split(' ', 1);
  if (!isRecordName(record)) return undefined;
  const fields = new Map<string, string>();
  for (const match of line.slice(record.length).matchAll(/ ([a-z0-9_]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/gu)) {
    const [, key = '', quoted, bare] = match;
    fields.set(key, quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/gu, '$1'));
  }
  return { record, fields, line };
}

function isRecordName(name: string): name is RecordName {
  return Object.hasOwn(RECORD_FIELDS, name);
}

/** The number in a field, without its unit; `undefined` when the field is absent or no number. */
export function numberOf<R extends RecordName>(fact: Fact<R>, field: FieldName<R>): number | undefined {
  const value = Number.parseFloat(fact.fields.get(field) ?? '');
  return Number.isNaN(value) ? undefined : value;
}

/** The text of a field; '' when it is absent. */
export function textOf<R extends RecordName>(fact: Fact<R>, field: FieldName<R>): string {
  return fact.fields.get(field) ?? '';
}
