import { describe, expect, it } from 'vitest';
import { widget } from '../../testing/widget.ts';
import { atRest } from './at-rest.ts';
import { StringPool } from './string-pool.ts';

describe('atRest', () => {
  it('leaves managedFields out and freezes everything', () => {
    const object = atRest(
      widget('a', '1', { spec: { size: 1 }, metadata: { managedFields: [{}], labels: { on: 'y' } } }),
    );
    expect(object).toEqual(widget('a', '1', { spec: { size: 1 }, metadata: { labels: { on: 'y' } } }));
    for (const part of [object, object.metadata, object.metadata.labels, object.spec]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('freezes lists and what they hold', () => {
    const conditions = [{ type: 'Ready', status: 'True', reason: 'x', message: '', lastTransitionTime: '' }] as const;
    const object = atRest(widget('a', '1', { status: { conditions: [...conditions] } }));
    expect(() => object.status!.conditions!.pop()).toThrow(TypeError);
    expect(() => {
      object.status!.conditions![0]!.reason = 'y';
    }).toThrow(TypeError);
  });

  it('gives an object at rest as it is', () => {
    const object = atRest(widget('a', '1'));
    expect(atRest(object)).toBe(object);
  });

  it('keeps every value with a pool, and a key called __proto__ for what it is', () => {
    const text = '{"metadata":{"labels":{"__proto__":"x","a":"x"}},"list":["x",1,null,true,["x"]],"kind":"x"}';
    const object = atRest(JSON.parse(text), new StringPool());
    expect(JSON.stringify(object)).toBe(text);
  });
});

describe('StringPool', () => {
  it('gives equal values, over many more than it holds', () => {
    const pool = new StringPool();
    for (let index = 0; index < 20_000; index++) {
      const value = `value-${index % 7_000}`;
      expect(pool.share(value)).toBe(value);
    }
    const long = 'x'.repeat(1000);
    expect(pool.share(long)).toBe(long);
  });
});
