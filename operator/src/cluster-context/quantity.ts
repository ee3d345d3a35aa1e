import { withUnit } from '@nannyapi/protocol';

const MULTIPLIERS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity stands for, such as `100m`, `64Mi` or `1e3`; `undefined` for what is none. */
export function quantityOf(text: string | undefined): number | undefined {
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)$/u.exec(text ?? '');
  const [, digits, suffix = ''] = match ?? [];
  const multiplier = MULTIPLIERS[suffix];
  return digits === undefined || multiplier === undefined ? undefined : Number(digits) * multiplier;
}

/** A quantity of a resource as facts tell it: CPU in cores, pods as a count, all else in bytes. */
export function amountOf(resource: string, quantity: string | number | undefined): string | number | undefined {
  const value = typeof quantity === 'number' ? quantity : quantityOf(quantity);
  if (value === undefined) return undefined;
  // As text, for a number would lose its millicores.
  if (resource === 'cpu') return String(Math.round(value * 1000) / 1000);
  return resource === 'pods' ? value : withUnit(value, 'B');
}
