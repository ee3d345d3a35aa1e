import { evidenceID, factsOf, numberOf, textOf } from '@nannyapi/protocol';
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
  /** A size in bytes for people, such as `48 MiB`. */
  size(field: FieldName<R>): string;
  /** True for what belongs to this project's own processes. */
  isOwn: boolean;
  /** The very line, to cite. */
  quote: Quote;
}

/** The collected context (step 0), by item and record. Items that are absent or failed have no facts. */
export class ContextFacts {
  private readonly texts: ReadonlyMap<string, string>;

  constructor(steps: readonly DiagnosisStep[]) {
    const results = steps.find((step) => step.index === 0)?.results ?? [];
    this.texts = new Map(results.map((result) => [result.evidenceID, result.text]));
  }

  /** Facts of one record in one item, in the order in which they were told. */
  all<R extends RecordName>(item: ContextItemID, record: R): ContextFact<R>[] {
    const id = evidenceID(0, item);
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

function toContextFact<R extends RecordName>(id: string, fact: Fact<R>): ContextFact<R> {
  return {
    number: (field) => numberOf(fact, field) ?? 0,
    maybeNumber: (field) => numberOf(fact, field),
    text: (field) => textOf(fact, field),
    size: (field) => sizeForPeople(numberOf(fact, field)),
    isOwn: fact.fields.get('own') === 'yes',
    quote: { id, quote: fact.line },
  };
}

function sizeForPeople(bytes: number | undefined): string {
  if (bytes === undefined) return 'an unknown size';
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[power] ?? ''}`;
}
