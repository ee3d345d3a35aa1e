import { describe, expect, it } from 'vitest';
import { parseMounts, reachableMounts } from './read-only-view.ts';

const mounts = (...points: string[]) =>
  parseMounts(points.map((point, index) => `${index} 1 0:1 / ${point} rw,relatime - tmpfs x rw`).join('\n'));

describe('the mounts that a path still leads to', () => {
  it('leave out what a later mount covers, at the same place or from above', () => {
    const found = reachableMounts(mounts('/', '/dev', '/dev/shm', '/run', '/dev', '/dev/null'));
    expect(found.map(({ point }) => point)).toEqual(['/', '/run', '/dev', '/dev/null']);
  });

  it('do not take a name that only begins alike for a folder above', () => {
    expect(reachableMounts(mounts('/', '/data-old', '/data')).map(({ point }) => point)).toContain('/data-old');
  });

  it('keep the escapes of mountinfo, which fstab shares', () => {
    expect(mounts(String.raw`/mnt/a\040b`)[0]?.point).toBe(String.raw`/mnt/a\040b`);
  });
});
