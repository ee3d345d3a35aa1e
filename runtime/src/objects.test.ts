import { describe, expect, it } from 'vitest';
import { widget } from '../testing/widget.ts';
import { controllerReference, objectKey, parseKey, refKey } from './objects.ts';

describe('object identity', () => {
  it('is namespace/name, or the name alone', () => {
    expect(objectKey(widget('a', '1'))).toBe('default/a');
    expect(refKey({ name: 'node-1' })).toBe('node-1');
    expect(parseKey('default/a')).toEqual({ namespace: 'default', name: 'a' });
    expect(parseKey('node-1')).toEqual({ name: 'node-1' });
  });
});

describe('controllerReference', () => {
  it('makes the owner the controller of its child', () => {
    expect(controllerReference(widget('a', '1'))).toEqual({
      apiVersion: 'test.nannyai.dev/v1',
      kind: 'Widget',
      name: 'a',
      uid: 'uid-a',
      controller: true,
      blockOwnerDeletion: true,
    });
  });

  it('refuses an owner that was never stored', () => {
    const unstored = { ...widget('a', '1'), metadata: { name: 'a' } };
    expect(() => controllerReference(unstored)).toThrow('without name and uid');
  });
});
