import { factLine } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { findingsOf } from './case-stand-in.ts';

const MIB = 1024 ** 2;

const fileSystem = (fields: Parameters<typeof factLine<'filesystem'>>[1]): string =>
  factLine('filesystem', {
    mount: '/srv',
    type: 'ext4',
    device: '/dev/sdb1',
    access: 'rw',
    size: `${100 * MIB}B`,
    used: `${100 * MIB}B`,
    avail: '0B',
    use: '100%',
    inodes: 1000,
    inodes_used: 10,
    inodes_free: 990,
    iuse: '1%',
    ...fields,
  });

describe('the rules of file systems', () => {
  it.each([
    ['a full one', {}, ['FilesystemFull: file system /srv (/dev/sdb1, ext4)']],
    ['one at 95 %', { use: '95%', avail: `${5 * MIB}B` }, []],
    ['one at 99 % that is so large that it has room', { use: '99%', avail: `${40_000 * MIB}B` }, []],
    [
      'a read-only one, unless the symptom speaks of writing',
      { access: 'ro' },
      ['FilesystemReadOnly: file system /srv (/dev/sdb1, ext4)'],
    ],
    [
      'one without inodes',
      { use: '1%', avail: `${90 * MIB}B`, inodes_used: 1000, inodes_free: 0, iuse: '100%' },
      ['InodesExhausted: file system /srv (/dev/sdb1, ext4)'],
    ],
  ])('see %s', (_, fields, expected) => {
    expect(findingsOf('Why is this machine slow?', { filesystems: [fileSystem(fields)] })).toEqual(expected);
  });

  it.each([
    ['A volume is running out of space.', 1],
    ['Why is this machine slow?', 0],
  ])('tell of one at 96 %% to those who ask about room: %s', (prompt, count) => {
    const nearly = fileSystem({ use: '96%', avail: `${4 * MIB}B` });
    expect(findingsOf(prompt, { filesystems: [nearly] })).toHaveLength(count);
  });

  it('put the file system that the symptom names first', () => {
    const lines = [
      fileSystem({}),
      fileSystem({ mount: '/data/spool', device: '/dev/sdc1', use: '98%', avail: `${MIB}B` }),
    ];
    expect(findingsOf('No space left on device in /data/spool', { filesystems: lines })[0]).toContain('/data/spool');
  });
});
