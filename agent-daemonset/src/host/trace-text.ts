/** One line of `bpftrace -f json`. */
interface TraceRecord {
  type: string;
  data?: unknown;
  msg?: unknown;
}

/**
 * Turns the JSON lines of bpftrace into text in which every line can be quoted alone: the name of the map stands on
 * each line, a histogram's bucket as `@bytes[4096, 8191] 12`, a key as `@[dd] 7`, a stack on one line.
 *
 * The shape is stable across bpftrace versions and independent of the terminal bars of its own text output.
 */
export class TraceText {
  readonly #parts: string[] = [];
  #rest = '';
  #attachedProbes: number | undefined;
  #lostEvents = 0;

  /** Takes the next piece of standard output; lines may be split anywhere. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  /** Probes that bpftrace announced; `undefined` until it did. It does so before it attaches them. */
  get attachedProbes(): number | undefined {
    return this.#attachedProbes;
  }

  /** Events that the kernel dropped because they came faster than they were read. */
  get lostEvents(): number {
    return this.#lostEvents;
  }

  /** The text so far. An unfinished last line is left out: it was cut. */
  toString(): string {
    const parts = [...this.#parts];
    if (this.#lostEvents > 0) parts.push(`lost events: ${this.#lostEvents}\n`);
    return parts.join('');
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const record = parse(line);
    if (!record) this.#parts.push(`${line}\n`);
    else if (record.type === 'attached_probes') this.#attachedProbes = numberIn(record.data, 'probes') ?? 0;
    else if (record.type === 'lost_events') this.#lostEvents += numberIn(record.data, 'events') ?? 0;
    else this.#parts.push(renderRecord(record));
  }
}

function parse(line: string): TraceRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as TraceRecord) : undefined;
  } catch {
    // Not every version prints nothing but JSON; such a line is text.
    return undefined;
  }
}

function renderRecord({ type, data }: TraceRecord): string {
  if (typeof data === 'string') return data;
  if (type === 'map' || type === 'stats') return renderMaps(data, renderValue);
  if (type === 'hist') return renderMaps(data, renderHistogram);
  return `${type} ${JSON.stringify(data)}\n`;
}

type Render = (name: string, value: unknown) => string;

function renderMaps(data: unknown, render: Render): string {
  return entriesOf(data)
    .map(([name, value]) => render(name, value))
    .join('');
}

/** A plain map: one number, or numbers by key; avg() and stats() likewise. */
function renderValue(name: string, value: unknown): string {
  if (!isObject(value)) return `${name} ${textOf(value)}\n`;
  if (isStats(value)) return `${name} ${statsText(value)}\n`;
  return entriesOf(value)
    .map(
      ([key, item]) => `${name}[${oneLine(key)}] ${isObject(item) && isStats(item) ? statsText(item) : textOf(item)}\n`,
    )
    .join('');
}

/** A histogram, or histograms by key. */
function renderHistogram(name: string, value: unknown): string {
  if (Array.isArray(value)) return renderBuckets(name, value);
  return entriesOf(value)
    .map(([key, buckets]) => renderBuckets(`${name}[${oneLine(key)}]`, Array.isArray(buckets) ? buckets : []))
    .join('');
}

function renderBuckets(name: string, buckets: readonly unknown[]): string {
  return buckets
    .map((bucket) => {
      const min = numberIn(bucket, 'min');
      const max = numberIn(bucket, 'max');
      return `${name}[${min ?? '...'}, ${max ?? '...'}] ${numberIn(bucket, 'count') ?? 0}\n`;
    })
    .join('');
}

function statsText(value: Record<string, unknown>): string {
  return `count ${textOf(value.count)}, average ${textOf(value.average)}, total ${textOf(value.total)}`;
}

function isStats(value: Record<string, unknown>): boolean {
  return 'count' in value && 'average' in value && 'total' in value;
}

/** A stack comes as one key of many lines, the innermost frame first. */
function oneLine(key: string): string {
  return key
    .split('\n')
    .map((frame) => frame.trim())
    .filter((frame) => frame !== '')
    .join(' < ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? oneLine(value) : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function numberIn(value: unknown, field: string): number | undefined {
  const found = isObject(value) ? value[field] : undefined;
  return typeof found === 'number' ? found : undefined;
}
