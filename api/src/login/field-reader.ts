import { CodedError, type ErrorDetail } from '@nannyapi/process';

/** What a text field may be. */
export interface TextRule {
  pattern: RegExp;
  /** What is allowed, in words: the problem is told as `must be <allowed>`. */
  allowed: string;
  default?: string;
}

/**
 * Reads the fields of a parsed file and gathers all that is wrong with them, so that a person corrects it in one go.
 *
 * A field that is wrong gets a harmless value; nothing is made of it, for {@link FieldReader.finish} throws.
 */
export class FieldReader {
  readonly #problems: ErrorDetail[] = [];

  fault(field: string, message: string): void {
    this.#problems.push({ field, message });
  }

  /** @throws CodedError `InvalidConfig` when there was any fault. */
  finish(what: string): void {
    if (this.#problems.length === 0) return;
    const lines = this.#problems.map(({ field, message }) => `${field} ${message}`);
    throw new CodedError({
      code: 'InvalidConfig',
      message: `Invalid ${what}: ${lines.join('; ')}`,
      status: 400,
      details: this.#problems,
    });
  }

  /** A map that has no fields but the known ones. */
  map(field: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(field, 'must be a map');
      return {};
    }
    for (const key of Object.keys(value))
      if (!known.includes(key)) this.fault(join(field, key), `is unknown; allowed are: ${known.join(', ')}`);
    return value as Record<string, unknown>;
  }

  list(field: string, value: unknown, maxItems: number): readonly unknown[] {
    if (value === undefined) return [];
    if (Array.isArray(value) && value.length <= maxItems) return value;
    this.fault(field, `must be a list of at most ${maxItems} items`);
    return [];
  }

  text(field: string, value: unknown, { pattern, allowed, default: fallback }: TextRule): string {
    if (value === undefined && fallback !== undefined) return fallback;
    // YAML reads 12345 as a number, and numeric ids are what GitHub has.
    const text = Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text === 'string' && pattern.test(text)) return text;
    this.fault(field, value === undefined ? `is required: ${allowed}` : `must be ${allowed}`);
    return '';
  }

  texts(field: string, value: unknown, rule: TextRule): string[] {
    return this.list(field, value, 500).map((item, index) => this.text(`${field}[${index}]`, item, rule));
  }

  integer(field: string, value: unknown, range: { min: number; max: number; default: number }): number {
    if (value === undefined) return range.default;
    if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    this.fault(field, `must be an integer from ${range.min} to ${range.max}`);
    return range.default;
  }

  choice<const C extends string>(field: string, value: unknown, choices: readonly [C, ...C[]]): C {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.fault(field, `must be one of: ${choices.join(', ')}`);
    return found ?? choices[0];
  }
}

/** The dotted path of a field of a map. */
export function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
