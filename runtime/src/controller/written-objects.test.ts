import { describe, expect, it } from 'vitest';
import { widget } from '../../testing/widget.ts';
import { WrittenObjects } from './written-objects.ts';

describe('WrittenObjects', () => {
  const key = 'default/a';

  it('prefers what was written until the informer has seen it', () => {
    const written = new WrittenObjects();
    const before = widget('a', '9');
    const after = written.remember(widget('a', '10', { metadata: { managedFields: [{}] } }));
    expect(written.newest(key, before)).toBe(after);
    expect(after).toEqual(widget('a', '10'));
    expect(Object.isFrozen(after.metadata)).toBe(true);
    const echo = widget('a', '10');
    expect(written.newest(key, echo)).toBe(echo);
    expect(written.newest(key, before)).toBe(before);
  });

  it('believes the informer when the object is gone or is another one', () => {
    const written = new WrittenObjects();
    written.remember(widget('a', '10'));
    expect(written.newest(key, undefined)).toBeUndefined();
    written.remember(widget('a', '10'));
    const recreated = widget('a', '9', { metadata: { uid: 'other' } });
    expect(written.newest(key, recreated)).toBe(recreated);
  });

  it('believes the informer when versions cannot be compared', () => {
    const written = new WrittenObjects();
    written.remember(widget('a', 'z'));
    const observed = widget('a', '9');
    expect(written.newest(key, observed)).toBe(observed);
  });
});
