import type { JsonObject } from '../kinds.ts';
import { isJsonObject, setOwn } from '../structural/json-value.ts';

/**
 * A set of field paths, as structured-merge-diff keeps them: a trie whose elements are in the notation of FieldsV1
 * (`f:name`, `k:{"type":"Ready"}`, `v:"x"`). An element can be a member, have children, or both. Immutable.
 */
export class FieldSet {
  static readonly EMPTY = new FieldSet(new Set(), new Map());

  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;

  constructor(members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>) {
    this.members = members;
    const empty = [...children].some(([, child]) => child.isEmpty);
    this.children = empty ? new Map([...children].filter(([, child]) => !child.isEmpty)) : children;
  }

  static fromFieldsV1(fields: JsonObject): FieldSet {
    const members = new Set<string>();
    const children = new Map<string, FieldSet>();
    for (const [element, value] of Object.entries(fields)) {
      if (element === '.' || !isJsonObject(value)) continue;
      if (Object.keys(value).length === 0 || Object.hasOwn(value, '.')) members.add(element);
      children.set(element, FieldSet.fromFieldsV1(value));
    }
    return new FieldSet(members, children);
  }

  toFieldsV1(): JsonObject {
    const result: JsonObject = {};
    const elements = this.children.size === 0 ? this.members : new Set([...this.members, ...this.children.keys()]);
    for (const element of [...elements].sort()) {
      const child = this.children.get(element)?.toFieldsV1() ?? {};
      const isBoth = this.members.has(element) && this.children.has(element);
      setOwn(result, element, isBoth ? { '.': {}, ...child } : child);
    }
    return result;
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  child(element: string): FieldSet {
    return this.children.get(element) ?? FieldSet.EMPTY;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, child] of other.children) children.set(element, this.child(element).union(child));
    return new FieldSet(new Set([...this.members, ...other.members]), children);
  }

  /** The paths of this set that are not members of the other. */
  difference(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    const children = [...this.children].map(
      ([element, child]) => [element, child.difference(other.child(element))] as const,
    );
    return new FieldSet(
      this.#membersWhere((element) => !other.members.has(element)),
      new Map(children),
    );
  }

  intersection(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return FieldSet.EMPTY;
    const children = [...this.children].map(
      ([element, child]) => [element, child.intersection(other.child(element))] as const,
    );
    return new FieldSet(
      this.#membersWhere((element) => other.members.has(element)),
      new Map(children),
    );
  }

  /** Without the element and all below it. */
  without(element: string): FieldSet {
    if (!this.members.has(element) && !this.children.has(element)) return this;
    const members = new Set(this.members);
    const children = new Map(this.children);
    members.delete(element);
    children.delete(element);
    return new FieldSet(members, children);
  }

  /** With another set in place of an element's children. */
  withChild(element: string, child: FieldSet): FieldSet {
    return new FieldSet(this.members, new Map(this.children).set(element, child));
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    if (this.#membersWhere((element) => !other.members.has(element)).size > 0) return false;
    return [...this.children].every(
      ([element, child]) => other.children.has(element) && child.equals(other.child(element)),
    );
  }

  #membersWhere(test: (element: string) => boolean): Set<string> {
    return new Set([...this.members].filter(test));
  }

  /** Every member as a path of elements. */
  paths(): string[][] {
    const own = [...this.members].map((element) => [element]);
    const below = [...this.children].flatMap(([element, child]) => child.paths().map((path) => [element, ...path]));
    return [...own, ...below];
  }
}

/** Collects paths into a FieldSet. */
export class FieldSetBuilder {
  readonly #members = new Set<string>();
  readonly #children = new Map<string, FieldSetBuilder>();

  /** Adds a path; the empty path adds nothing. */
  add(path: readonly string[]): void {
    const [element, ...rest] = path;
    if (element === undefined) return;
    if (rest.length === 0) this.#members.add(element);
    else this.#childBuilder(element).add(rest);
  }

  build(): FieldSet {
    const children = [...this.#children].map(([element, child]) => [element, child.build()] as const);
    return new FieldSet(this.#members, new Map(children));
  }

  #childBuilder(element: string): FieldSetBuilder {
    const known = this.#children.get(element);
    if (known !== undefined) return known;
    const made = new FieldSetBuilder();
    this.#children.set(element, made);
    return made;
  }
}
