/** What is wrong with a reply: the field and what is allowed there. */
export class ReplyFault extends Error {
  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the reply' : path} ${problem}`);
    this.name = 'ReplyFault';
  }
}

/** One JSON object of a reply and where it stands, read field by field. Every method throws {@link ReplyFault}. */
export class Shape {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ReplyFault(path, 'must be a JSON object');
    }
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
  }

  /** Path of a field, e.g. `actions[0].argv`. */
  pathOf(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  onlyFields(allowed: readonly string[]): void {
    const unknown = Object.keys(this.#fields).find((field) => !allowed.includes(field));
    if (unknown !== undefined) {
      throw new ReplyFault(this.pathOf(unknown.slice(0, 64)), `is unknown; allowed are ${allowed.join(', ')}`);
    }
  }

  /** Makes sure that fields which belong elsewhere hold nothing. */
  absent(fields: readonly string[], where: string): void {
    const filled = fields.find((field) => !isNothing(this.#fields[field]));
    if (filled !== undefined) throw new ReplyFault(this.pathOf(filled), `has no place in ${where}; send null`);
  }

  has(field: string): boolean {
    const value = this.#fields[field];
    return value !== undefined && value !== null;
  }

  /** A string with something in it, NUL-free and trimmed. */
  text(field: string): string {
    const value = this.#fields[field];
    const text = typeof value === 'string' ? value.replaceAll('\0', '').trim() : '';
    if (text === '') throw new ReplyFault(this.pathOf(field), 'must be a text that is not empty');
    return text;
  }

  choice<const C extends string>(field: string, choices: readonly C[]): C {
    const value = choices.find((choice) => choice === this.#fields[field]);
    if (value === undefined) throw new ReplyFault(this.pathOf(field), `must be one of ${choices.join(', ')}`);
    return value;
  }

  integer(field: string, min: number, max: number): number {
    const value = this.#fields[field];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw new ReplyFault(this.pathOf(field), `must be an integer from ${min} to ${max}`);
    }
    return value;
  }

  /** The items of a list with their paths; an absent list is empty. */
  list(field: string, maxItems: number): { value: unknown; path: string }[] {
    const value = this.#fields[field] ?? [];
    if (!Array.isArray(value) || value.length > maxItems) {
      throw new ReplyFault(this.pathOf(field), `must be a list of at most ${maxItems} items`);
    }
    return value.map((item: unknown, index) => ({ value: item, path: `${this.pathOf(field)}[${index}]` }));
  }

  /** The object in a field. */
  object(field: string): Shape {
    return new Shape(this.#fields[field], this.pathOf(field));
  }
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || value === 0 || (Array.isArray(value) && value.length === 0)
  );
}
