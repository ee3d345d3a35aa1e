import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widget, widgetCrd } from '../fixtures/widget-crd.ts';
import { parseFieldSelector } from './field-selector.ts';

describe('parseFieldSelector', () => {
  const kind = compileCrd(widgetCrd());
  const object = widget({ size: 1, color: 'Red' });

  it.each([
    ['', true],
    ['metadata.name=w', true],
    ['metadata.name!=w', false],
    ['metadata.namespace==default,spec.color=Red', true],
    ['spec.color=Green', false],
    ['metadata.name=w\\,x', false],
    ['=', true],
    [',metadata.name=w,', true],
  ])('%s is %s', (selector, expected) => {
    expect(parseFieldSelector(selector, kind).matches(object)).toBe(expected);
  });

  it('matches an absent field by the empty value', () => {
    expect(parseFieldSelector('spec.color=', kind).matches(widget({ size: 1 }))).toBe(true);
  });

  it.each([
    ['spec.size=1', 'field label not supported: spec.size'],
    ['metadata.labels.a=b', 'field label not supported: metadata.labels.a'],
    ['spec.size=1,metadata.uid=2', 'field label not supported: metadata.uid'],
    ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
    ['metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
    ['metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
    ['nonsense', "invalid selector: 'nonsense'; can't understand 'nonsense'"],
  ])('refuses %s', (selector, message) => {
    expect(() => parseFieldSelector(selector, kind)).toThrow(message);
  });
});
