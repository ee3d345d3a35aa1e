import type { TableColumn } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { renderObject } from '../request/representation.ts';
import type { Rendering } from '../request/representation.ts';
import { toStatus } from '../status/status-error.ts';
import type { Change } from '../store/stored-object.ts';
import { shareLine } from './shared-line.ts';
import type { SharedLine } from './shared-line.ts';
import type { WatchEvent } from './watch-event.ts';

/** Annotation of the bookmark that ends the initial events (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * Writes the lines of one watch.
 *
 * Plain lines are made once per change and shared: a thousand watchers of one resource cost one encoding.
 */
export class FrameWriter {
  readonly #rendering: Rendering;
  readonly #shared: WeakMap<Change, Map<string, SharedLine>>;
  #hasColumns = false;

  constructor(rendering: Rendering, shared: WeakMap<Change, Map<string, SharedLine>>) {
    this.#rendering = rendering;
    this.#shared = shared;
  }

  /** The line of a change. */
  ofChange(change: Change, event: WatchEvent): SharedLine | string {
    const isPlain = this.#rendering.representation === 'Object' && this.#rendering.kind.isStorageVersion;
    if (!isPlain || event.text !== change.text) return this.ofEvent(event);
    let lines = this.#shared.get(change);
    if (lines === undefined) this.#shared.set(change, (lines = new Map()));
    let line = lines.get(event.type);
    if (line === undefined) lines.set(event.type, (line = shareLine(this.ofEvent(event))));
    return line;
  }

  /** The line of an event that belongs to this watch alone. */
  ofEvent(event: WatchEvent): string {
    return this.#line(event.type, event.text);
  }

  /** A bookmark: nothing up to this revision was missed. */
  ofBookmark(revision: number, isInitialEnd: boolean): string {
    const annotations = isInitialEnd ? { annotations: { [INITIAL_EVENTS_END]: 'true' } } : {};
    const metadata = { resourceVersion: String(revision), ...annotations };
    const { kind } = this.#rendering;
    const object = { kind: kind.resource.kind, apiVersion: apiVersionOf(kind.resource), metadata };
    return this.#line('BOOKMARK', JSON.stringify(object));
  }

  /** The line that ends a watch with an error. */
  ofError(error: unknown): string {
    return `${JSON.stringify({ type: 'ERROR', object: toStatus(error) })}\n`;
  }

  #line(type: string, text: string): string {
    const object = this.#withoutRepeatedColumns(renderObject(this.#rendering, text));
    return `{"type":"${type}","object":${object}}\n`;
  }

  /** Only the first table of a watch names its columns, as in kube-apiserver. */
  #withoutRepeatedColumns(object: string): string {
    if (this.#rendering.representation !== 'Table') return object;
    if (!this.#hasColumns) {
      this.#hasColumns = true;
      return object;
    }
    const table = JSON.parse(object) as { columnDefinitions: TableColumn[] };
    return JSON.stringify({ ...table, columnDefinitions: null });
  }
}
