import { CONTEXT_ITEMS, evidenceID, factsOf, numberOf, textOf } from '@nannyapi/protocol';
import type { ContextItemID, Fact, FieldName, RecordName } from '@nannyapi/protocol';
import type { Quote } from '../../moves/move.ts';
import type { DiagnosisStep } from '../diagnostician.ts';

/** A fact of the collected context together with the evidence it stands in. */
export interface ContextFact<R extends RecordName> {
  /** The number in a field; 0 when absent. */
  number(field: FieldName<R>): number;
  /** The number in a field; `undefined` when absent. */
  maybeNumber(field: FieldName<R>): number | undefined;
  /** The text of a field; '' when absent. */
  text(field: FieldName<R>): string;
  /** A size in bytes for people, such as `48 MB`, counted as free(1) and `df -h` do: 1 MB is 1024 times 1024 bytes. */
  size(field: FieldName<R>): string;
  /** A share for people, such as `97%`; '' when absent. */
  share(field: FieldName<R>): string;
  /** True for what belongs to this project's own processes. */
  isOwn: boolean;
  /** The very line, to cite. */
  quote: Quote;
}

/**
 * The collected context, by item and record. Items that are absent or failed have no facts.
 *
 * A collection that was lost is asked for again in a later step; the latest one that brought anything counts.
 */
export class ContextFacts {
  /** The step that collected it; 0 when none has yet. */
  readonly stepIndex: number;
  private readonly texts: ReadonlyMap<string, string>;

  constructor(steps: readonly DiagnosisStep[]) {
    const step = steps.findLast(hasContext);
    this.stepIndex = step?.index ?? 0;
    this.texts = new Map((step?.results ?? []).map((result) => [result.evidenceID, result.text]));
  }

  /** The evidence id of an item. */
  id(item: ContextItemID): string {
    return evidenceID(this.stepIndex, item);
  }

  /** Facts of one record in one item, in the order in which they were told. */
  all<R extends RecordName>(item: ContextItemID, record: R): ContextFact<R>[] {
    const id = this.id(item);
    return factsOf(this.texts.get(id) ?? '', record).map((fact) => toContextFact(id, fact));
  }

  /** The first fact of a record that matches. */
  first<R extends RecordName>(
    item: ContextItemID,
    record: R,
    matches: (fact: ContextFact<R>) => boolean = () => true,
  ): ContextFact<R> | undefined {
    return this.all(item, record).find(matches);
  }

  /** Pressure of one resource, such as `io`, `some`. */
  pressure(resource: 'cpu' | 'io' | 'memory', kind: 'some' | 'full'): ContextFact<'psi'> | undefined {
    const item = ({ cpu: 'cpu', io: 'disks', memory: 'memory' } as const)[resource];
    return this.first(item, 'psi', (fact) => fact.text('resource') === resource && fact.text('kind') === kind);
  }

  /** True when nothing that a verdict could stand on is there. */
  get isThin(): boolean {
    const hasCpu = this.all('cpu', 'cpu').length > 0;
    const hasMemory = this.all('memory', 'memory').length > 0;
    const hasFileSystems = this.all('filesystems', 'filesystem').length > 0;
    return [hasCpu, hasMemory, hasFileSystems].filter(Boolean).length < 2;
  }
}

function hasContext(step: DiagnosisStep): boolean {
  const ids = new Set(Object.keys(CONTEXT_ITEMS).map((item) => evidenceID(step.index, item)));
  return step.results.some((result) => ids.has(result.evidenceID) && result.text !== '');
}

function toContextFact<R extends RecordName>(id: string, fact: Fact<R>): ContextFact<R> {
  return {
    number: (field) => numberOf(fact, field) ?? 0,
    maybeNumber: (field) => numberOf(fact, field),
    text: (field) => textOf(fact, field),
    size: (field) => sizeForPeople(numberOf(fact, field)),
    share: (field) => shareForPeople(numberOf(fact, field)),
    isOwn: fact.fields.get('own') === 'yes',
    quote: { id, quote: fact.line },
  };
}

function shareForPeople(percent: number | undefined): string {
  if (percent === undefined) return '';
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : Math.round(percent * 10) / 10}%`;
}

/** A size for people, such as `48 MB`: 1 MB is 1024 times 1024 bytes, as free(1) and `df -h` count. */
export function sizeForPeople(bytes: number | undefined): string {
  if (bytes === undefined) return 'an unknown size';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[power] ?? ''}`;
}
