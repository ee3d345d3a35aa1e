import { describe, expect, it } from 'vitest';
import { checkTrace } from './check-trace.ts';

function verdictOf(predicate: string): string {
  return checkTrace(`tracepoint:raw_syscalls:sys_exit /${predicate}/ { @[comm] = count(); }`).verdict;
}

describe('a predicate on a hot probe', () => {
  it.each([
    'pid == 1234',
    'pid == 1 || pid == 2',
    'args->ret < 0',
    'args->ret < 0 || args->ret > 4096',
    'comm == "nginx"',
    '!(comm == "bpftrace")',
    '@start[tid]',
    '@start[tid] && nsecs - @start[tid] > 1000000',
    'strncmp(comm, "java", 4) == 0',
    'pid % 4 == 0',
    'uid > 0',
    'pid == 7 ? 1 : 0',
  ])('narrows as %s', (predicate) => {
    expect(verdictOf(predicate)).toBe('accept');
  });

  it.each([
    '1',
    'pid > 0',
    'pid == pid + 0',
    'pid * 0 == 0',
    'pid % 1 == 0',
    'pid < 4194304',
    'cpu < 1024',
    'pid != 5 || pid != 6',
    'pid < 9 || pid >= 9',
    '!(pid == 5 && pid == 6)',
    '@on',
    '@on[0]',
    '@never[tid] == 0',
    'strncmp(comm, comm, 4) == 0',
    'args->ret > -1000000',
    'pid == 5 ? 1 : 2',
  ])('narrows nothing as %s', (predicate) => {
    expect(verdictOf(predicate)).toBe('refuse');
  });
});
