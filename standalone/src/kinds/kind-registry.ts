import type { CompiledKind, KindResource } from '../schema/index.ts';

/** Name under which the objects of a kind are stored: all versions share it, and all views of the same objects. */
export function storageResource(resource: Pick<KindResource, 'group' | 'plural' | 'keptBy'>): string {
  const { group, plural } = resource.keptBy ?? resource;
  return group === '' ? plural : `${plural}.${group}`;
}

/** The kinds that are served now: the built-in ones and those of the CRDs. */
export class KindRegistry {
  readonly #builtin: readonly CompiledKind[];
  readonly #custom = new Map<string, readonly CompiledKind[]>();
  readonly #byPath = new Map<string, CompiledKind>();
  readonly #stored = new Map<string, CompiledKind>();
  #all: readonly CompiledKind[] = [];
  #edition = 0;

  constructor(builtin: readonly CompiledKind[]) {
    this.#builtin = builtin;
    this.#rebuild();
  }

  /** Rises whenever the set of kinds changes; documents made from it are cached by it. */
  get edition(): number {
    return this.#edition;
  }

  /** All served kinds, one entry per version. */
  all(): readonly CompiledKind[] {
    return this.#all;
  }

  /** The kind served at a path. */
  find(group: string, version: string, plural: string): CompiledKind | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** The kind in whose form the objects of a storage resource are kept. */
  findStored(resource: string): CompiledKind | undefined {
    return this.#stored.get(resource);
  }

  /** The kind an object's `apiVersion` and `kind` name. */
  findByKind(apiVersion: string, kindName: string): CompiledKind | undefined {
    return this.#all.find(({ resource }) => resource.kind === kindName && apiVersionOf(resource) === apiVersion);
  }

  /** Serves the versions of a CRD in place of what the CRD of this name served before. */
  setCustom(crdName: string, kinds: readonly CompiledKind[]): void {
    this.#custom.set(crdName, kinds);
    this.#rebuild();
  }

  /** Stops serving a CRD. */
  removeCustom(crdName: string): void {
    if (this.#custom.delete(crdName)) this.#rebuild();
  }

  #rebuild(): void {
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#byPath.clear();
    this.#stored.clear();
    for (const kind of this.#all) {
      const { group, version, plural } = kind.resource;
      this.#byPath.set(`${group}/${version}/${plural}`, kind);
      if (kind.isStorageVersion) this.#stored.set(storageResource(kind.resource), kind);
    }
    this.#edition += 1;
  }
}

/** `v1` or `group/version`. */
export function apiVersionOf(resource: Pick<KindResource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
