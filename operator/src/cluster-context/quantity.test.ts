import { describe, expect, it } from 'vitest';
import { amountOf, quantityOf } from './quantity.ts';

describe('a quantity', () => {
  it.each([
    ['100m', 0.1],
    ['2', 2],
    ['1.5', 1.5],
    ['64Mi', 67_108_864],
    ['1G', 1e9],
    ['1e3', 1000],
    ['12E', 12e18],
    ['128974848', 128_974_848],
    ['250u', 0.000_25],
  ])('%s is %d', (text, value) => expect(quantityOf(text)).toBeCloseTo(value, 9));

  it.each([undefined, '', 'lots', '1 Gi', 'Mi'])('%s is none', (text) => expect(quantityOf(text)).toBeUndefined());

  it('keeps its millicores and has its unit', () => {
    expect(amountOf('cpu', '125m')).toBe('0.125');
    expect(amountOf('memory', '1Ki')).toBe('1024B');
    expect(amountOf('pods', '110')).toBe(110);
  });
});
