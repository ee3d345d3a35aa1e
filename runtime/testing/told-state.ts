import type { ChangeEvent } from '../src/informer/informer.ts';
import { compareResourceVersions } from '../src/informer/resource-version.ts';
import { objectKey, type KubeObject } from '../src/objects.ts';

/** The state that a handler gets to know from changes alone; it refuses changes that do not follow from each other. */
export class ToldState<T extends KubeObject> {
  readonly objects = new Map<string, T>();
  /** Changes that made no sense, in words. */
  readonly contradictions: string[] = [];

  readonly #versions = new Map<string, string | undefined>();

  /** Takes one change, as a handler. */
  take({ type, object, previous }: ChangeEvent<T>): void {
    const key = objectKey(object);
    const known = this.objects.get(key);
    if (type === 'Added' && known) this.#contradict(`Added ${key}, which was there`);
    if (type !== 'Added' && !known) this.#contradict(`${type} ${key}, which was not there`);
    if (type === 'Updated' && previous !== known) this.#contradict(`Updated ${key} from a state that was never told`);
    if (type === 'Updated' && known?.metadata.uid !== object.metadata.uid)
      this.#contradict(`Updated ${key} to another`);
    this.#checkVersion(key, object);
    if (type === 'Deleted') this.objects.delete(key);
    else this.objects.set(key, object);
  }

  /** A list may find a deletion whose version nobody knows; it comes with the last known state. */
  #checkVersion(key: string, { metadata: { resourceVersion } }: T): void {
    const before = this.#versions.get(key);
    const order = compareResourceVersions(resourceVersion, before) ?? 1;
    if (order < 0) this.#contradict(`${key} went back from ${before} to ${resourceVersion}`);
    this.#versions.set(key, resourceVersion);
  }

  #contradict(what: string): void {
    this.contradictions.push(what);
  }
}
