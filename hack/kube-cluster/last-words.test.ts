import { describe, expect, it } from 'vitest';
import { isLog, lastLines } from './last-words.ts';

describe('the last words of a cluster', () => {
  it.each([
    ['etcd.log', true],
    ['nodes/node1/init.log', true],
    ['nodes/node1/logs/kubelet.log', true],
    ['nodes/node1/disk/var/log/pods/x/0.log', false],
    ['audit.log', false],
    ['etcd/member/wal/0.wal', false],
  ])('are looked for in %s: %s', (path, isOne) => {
    expect(isLog(path)).toBe(isOne);
  });

  it('are a few lines of each log, and nothing of an empty one', () => {
    expect(lastLines('etcd.log', '1\n2\n3\n4\n5\n6\n7\n')).toBe('--- etcd.log\n3\n4\n5\n6\n7\n');
    expect(lastLines('etcd.log', '\n')).toBe('');
  });
});
