import { describe, expect, it } from 'vitest';
import { checkTrace } from './check-trace.ts';

describe('checkTrace', () => {
  it('writes the program anew', () => {
    expect(checkTrace('t:oom:mark_victim\n/args.pid>1&&pid!=2/{@a[comm]=count()}')).toEqual({
      verdict: 'accept',
      tool: 'trace',
      program: 'tracepoint:oom:mark_victim /(args->pid > 1) && (pid != 2)/ { @a[comm] = count(); }',
      probes: ['tracepoint:oom:mark_victim'],
    });
  });

  it.each([
    ['BEGIN { system("id"); }', 'trace-function', 'character 9'],
    ['kprobe:x { @ = count(); }', 'trace-probe', 'character 1'],
    ['profile:hz:999 { @ = count(); }', 'trace-rate', 'profile:hz:99'],
    ['tracepoint:sched:sched_switch { @ = count(); }', 'trace-hot-probe', 'predicate'],
    [
      'tracepoint:syscalls:sys_enter_write /pid == 1/ { @[str(args->buf)] = count(); }',
      'trace-string',
      'args->filename',
    ],
    ['BEGIN { $x = *0xffff; }', 'trace-pointer', 'address'],
    ['BEGIN { while (1) { } }', 'trace-loop', 'while'],
    ['tracepoint:oom:mark_victim { @[nsecs] = count(); }', 'trace-map', 'clock'],
    ['BEGIN { exit(); } // ok', 'trace-syntax', 'comments'],
  ])('refuses %s by %s', (program, rule, lesson) => {
    const verdict = checkTrace(program);
    expect(verdict).toMatchObject({ verdict: 'refuse', rule });
    expect('message' in verdict ? verdict.message : '').toContain(lesson);
  });

  it('writes a line break inside a string as its escape', () => {
    expect(checkTrace('BEGIN { printf("a\nb"); }')).toMatchObject({
      verdict: 'accept',
      program: String.raw`BEGIN { printf("a\nb"); }`,
    });
  });

  it('lets a name that an entry probe kept be printed at the exit, but no buffer', () => {
    const program = (field: string): string =>
      `tracepoint:syscalls:sys_enter_openat { @n[tid] = args->${field}; } tracepoint:syscalls:sys_exit_openat /@n[tid]/ { printf("%s", str(@n[tid])); }`;
    expect(checkTrace(program('filename')).verdict).toBe('accept');
    expect(checkTrace(program('buf'))).toMatchObject({ rule: 'trace-string' });
    expect(checkTrace(program('flags'))).toMatchObject({ rule: 'trace-string' });
  });

  it('counts a stored start time on a hot probe only when an aggregation reads it', () => {
    const start = 'tracepoint:sched:sched_wakeup /args->pid == 7/ { @s[args->pid] = nsecs; }';
    const end = 'tracepoint:sched:sched_switch /args->next_pid == 7/ { @d = hist(nsecs - @s[args->next_pid]); }';
    expect(checkTrace(start)).toMatchObject({ rule: 'trace-hot-probe' });
    expect(checkTrace(`${start} ${end}`).verdict).toBe('accept');
  });
});
