import type { FunctionEntry } from './function-entry.ts';

const BINARY: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const DECIMAL: Record<string, bigint> = { n: -9n, u: -6n, m: -3n, '': 0n, k: 3n, M: 6n, G: 9n, T: 12n, P: 15n, E: 18n };

/** Fractions are held in units of 10^-30, enough for any exponent that Kubernetes takes. */
const SCALE_DIGITS = 30n;
const SCALE = 10n ** SCALE_DIGITS;

/** A resource quantity such as `1.5Gi` or `200m`, exact. */
export class QuantityValue {
  /** The amount in units of 10^-30. */
  readonly scaled: bigint;

  constructor(scaled: bigint) {
    this.scaled = scaled;
  }

  /** Throws SyntaxError for text that is no quantity. */
  static parse(text: string): QuantityValue {
    const match = /^([-+]?)(\d+\.?\d*|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)|[eE]([-+]?\d{1,2}))$/.exec(text);
    if (match === null) {
      throw new SyntaxError(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
    const [, sign, digits = '', suffix = '', exponent] = match;
    const [whole = '', fraction = ''] = digits.split('.');
    const base = BigInt(`${whole}${fraction}` || '0') * 10n ** (SCALE_DIGITS - BigInt(Math.min(fraction.length, 30)));
    const scaled = applySuffix(base, suffix, exponent);
    return new QuantityValue(sign === '-' ? -scaled : scaled);
  }

  /** Whether it is an integer that int64 holds. */
  get isInteger(): boolean {
    return this.scaled % SCALE === 0n && this.scaled / SCALE < 2n ** 63n && this.scaled / SCALE >= -(2n ** 63n);
  }

  asInteger(): bigint {
    if (!this.isInteger) throw new RangeError('cannot convert value to integer');
    return this.scaled / SCALE;
  }

  asNumber(): number {
    const digits = (this.scaled < 0n ? -this.scaled : this.scaled).toString().padStart(Number(SCALE_DIGITS) + 1, '0');
    const at = digits.length - Number(SCALE_DIGITS);
    return Number(`${this.scaled < 0n ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`);
  }
}

function applySuffix(base: bigint, suffix: string, exponent: string | undefined): bigint {
  const shift = BINARY[suffix];
  if (shift !== undefined) return base << shift;
  const power = exponent === undefined ? (DECIMAL[suffix] ?? 0n) : BigInt(exponent);
  return power >= 0n ? base * 10n ** power : base / 10n ** -power;
}

function isQuantity(text: string): boolean {
  try {
    QuantityValue.parse(text);
    return true;
  } catch {
    // Not a quantity is the answer, not a fault.
    return false;
  }
}

function compare(a: QuantityValue, b: QuantityValue): bigint {
  if (a.scaled === b.scaled) return 0n;
  return a.scaled < b.scaled ? -1n : 1n;
}

const ofInt = (value: bigint): QuantityValue => new QuantityValue(value * SCALE);
const add = (a: QuantityValue, b: QuantityValue): QuantityValue => new QuantityValue(a.scaled + b.scaled);
const sub = (a: QuantityValue, b: QuantityValue): QuantityValue => new QuantityValue(a.scaled - b.scaled);

/** Kubernetes' quantity library. */
export const QUANTITY_FUNCTIONS: readonly FunctionEntry[] = [
  ['isQuantity(string): bool', isQuantity],
  ['quantity(string): kubernetes.Quantity', (text: string) => QuantityValue.parse(text)],
  ['sign(kubernetes.Quantity): int', (quantity: QuantityValue) => compare(quantity, ofInt(0n))],
  ['kubernetes.Quantity.isInteger(): bool', (quantity: QuantityValue) => quantity.isInteger],
  ['kubernetes.Quantity.asInteger(): int', (quantity: QuantityValue) => quantity.asInteger()],
  ['kubernetes.Quantity.asApproximateFloat(): double', (quantity: QuantityValue) => quantity.asNumber()],
  [
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0n,
  ],
  [
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0n,
  ],
  ['kubernetes.Quantity.compareTo(kubernetes.Quantity): int', compare],
  ['kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', add],
  ['kubernetes.Quantity.add(int): kubernetes.Quantity', (a: QuantityValue, b: bigint) => add(a, ofInt(b))],
  ['kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', sub],
  ['kubernetes.Quantity.sub(int): kubernetes.Quantity', (a: QuantityValue, b: bigint) => sub(a, ofInt(b))],
];
