import { CLUSTER_ITEMS, CONTEXT_ITEMS, evidenceID, factsOf, numberOf, textOf } from '@nannyapi/protocol';
import type { ClusterItemID, ContextItemID, Fact, FieldName, RecordName } from '@nannyapi/protocol';
import type { Quote } from '../../moves/move.ts';
import { joinToPods, podPlacesOf } from '../../cluster-context/index.ts';
import type { PodPlaces } from '../../cluster-context/index.ts';
import type { DiagnosisStep } from '../diagnostician.ts';

/** A fact of the collected context together with the evidence it stands in. */
export interface ContextFact<R extends RecordName> {
  /** The number in a field; 0 when absent. */
  number(field: FieldName<R>): number;
  /** The number in a field; `undefined` when absent. */
  maybeNumber(field: FieldName<R>): number | undefined;
  /** The text of a field; '' when absent. */
  text(field: FieldName<R>): string;
  /** The text of a field that only some records have; '' when absent. */
  field(name: string): string;
  /** A size in bytes for people, such as `48 MB`, counted as free(1) and `df -h` do: 1 MB is 1024 times 1024 bytes. */
  size(field: FieldName<R>): string;
  /** A share for people, such as `97%`; '' when absent. */
  share(field: FieldName<R>): string;
  /** True for what belongs to this project's own processes. */
  isOwn: boolean;
  /** The very line, to cite. */
  quote: Quote;
}

/** Fields that hold the path of a control group. */
const GROUP_FIELDS = ['cgroup', 'memory_cgroup', 'path', 'limit_cgroup', 'task_cgroup'] as const;

/** What is known before anything is looked at: an item of the host, or of the API server. */
type ItemID = ContextItemID | ClusterItemID;

/**
 * The collected context, by item and record. Items that are absent or failed have no facts.
 *
 * A collection that was lost is asked for again in a later step; the latest one that brought anything counts. What the API
 * server told comes with every step; that of the same step counts, so that host and cluster are seen at one time, and all
 * later steps are looks at what lasts.
 */
export class ContextFacts {
  /** The step that collected it; 0 when none has yet. */
  readonly stepIndex: number;
  /** Where control groups and mounts belong to in the cluster. */
  readonly places: PodPlaces;
  private readonly texts: ReadonlyMap<string, string>;
  private readonly ownPods: ReadonlySet<string>;

  constructor(steps: readonly DiagnosisStep[]) {
    const step = steps.findLast(hasContext) ?? steps.find(hasClusterContext);
    this.stepIndex = step?.index ?? 0;
    this.texts = new Map((step?.results ?? []).map((result) => [result.evidenceID, result.text]));
    this.places = podPlacesOf([this.textOf('pods'), this.textOf('pod')]);
    const pods = factsOf(this.textOf('pods'), 'pod').filter((fact) => fact.fields.get('own') === 'yes');
    this.ownPods = new Set(pods.map((fact) => textOf(fact, 'uid')));
  }

  /** The evidence id of an item. */
  id(item: ItemID): string {
    return evidenceID(this.stepIndex, item);
  }

  /** The text of an item as a whole; '' when it is absent. */
  textOf(item: ItemID): string {
    return this.texts.get(this.id(item)) ?? '';
  }

  /** Facts of one record in one item, in the order in which they were told. */
  all<R extends RecordName>(item: ItemID, record: R): ContextFact<R>[] {
    const id = this.id(item);
    return factsOf(this.textOf(item), record).map((fact) => toContextFact(id, fact, this.isOwn(fact)));
  }

  /** True for processes and groups of this project: the agent marks those it knows, the API server its pods. */
  private isOwn(fact: Fact): boolean {
    if (fact.fields.get('own') === 'yes') return true;
    return (
      this.ownPods.size > 0 &&
      GROUP_FIELDS.some((field) => {
        const path = fact.fields.get(field) ?? '';
        return path !== '' && this.ownPods.has(joinToPods(path, this.places)?.uid ?? '');
      })
    );
  }

  /** The first fact of a record that matches. */
  first<R extends RecordName>(
    item: ItemID,
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
  return hasItems(step, Object.keys(CONTEXT_ITEMS));
}

function hasClusterContext(step: DiagnosisStep): boolean {
  return hasItems(step, Object.keys(CLUSTER_ITEMS));
}

function hasItems(step: DiagnosisStep, items: readonly string[]): boolean {
  const ids = new Set(items.map((item) => evidenceID(step.index, item)));
  return step.results.some((result) => ids.has(result.evidenceID) && result.text !== '');
}

function toContextFact<R extends RecordName>(id: string, fact: Fact<R>, isOwn: boolean): ContextFact<R> {
  return {
    number: (field) => numberOf(fact, field) ?? 0,
    maybeNumber: (field) => numberOf(fact, field),
    text: (field) => textOf(fact, field),
    field: (name) => fact.fields.get(name) ?? '',
    size: (field) => sizeForPeople(numberOf(fact, field)),
    share: (field) => shareForPeople(numberOf(fact, field)),
    isOwn,
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
