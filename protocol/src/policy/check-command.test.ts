import { describe, expect, it } from 'vitest';
import { checkArgv, checkCommandLine } from './check-command.ts';

describe('checkArgv', () => {
  it('hands on what a runner must know', () => {
    expect(checkArgv(['cat', '//proc/1234/stack', '/var/log/syslog'])).toEqual({
      verdict: 'accept',
      tool: 'run',
      argv: ['cat', '//proc/1234/stack', '/var/log/syslog'],
      needs: 'kernelStack',
      network: 'none',
      paths: [
        { path: '/proc/1234/stack', access: 'read' },
        { path: '/var/log/syslog', access: 'read' },
      ],
      deadlineSeconds: 10,
    });
  });

  it.each([
    ['ss -s', 'none', 'netlink'],
    ['ss -ltnp', 'ptraceFileRead', 'netlink'],
    ['dmesg', 'syslog', 'none'],
    ['nft list ruleset', 'netAdmin', 'netlink'],
    ['ping -c 1 127.0.0.1', 'netRaw', 'inet'],
    ['systemctl status nginx', 'none', 'unix'],
    ['perf stat -a -- sleep 1', 'perf', 'none'],
    ['cat /proc/self/status', 'none', 'none'],
    ['cat /proc/net/dev', 'none', 'netlink'],
    ['grep Tcp /proc/self/net/snmp', 'none', 'netlink'],
    ['cat /proc/sys/net/core/somaxconn', 'none', 'netlink'],
    ['sysctl net.core.somaxconn', 'none', 'netlink'],
    ['lsof -nP -i', 'ptraceFileRead', 'netlink'],
    ['sar -n DEV 1 1', 'none', 'netlink'],
    ['ls -l /proc/1/fd', 'ptraceFileRead', 'none'],
  ])('%s needs %s and %s', (line, needs, network) => {
    expect(checkCommandLine(line)).toMatchObject({ verdict: 'accept', needs, network });
  });

  it('gives package managers longer than a look at a counter', () => {
    const simulation = checkCommandLine('apt-get -s upgrade');
    expect(simulation).toMatchObject({ deadlineSeconds: 60 });
  });

  it.each([
    ['sed -n p /etc/hosts', 'grep'],
    ['sort -o /etc/passwd /etc/passwd', 'sort -n'],
    ['vmstat 1', 'interval and a count'],
    ['cat /etc/shadow', 'stat or namei'],
    ['dig secret.example.net', 'localhost'],
    ['ip neigh flush all', 'show'],
  ])('teaches with the refusal of %s', (line, lesson) => {
    const verdict = checkCommandLine(line);
    expect(verdict).toMatchObject({ verdict: 'refuse' });
    expect('message' in verdict ? verdict.message : '').toContain(lesson);
  });

  it('refuses names that an object has by itself', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(checkArgv([name]).verdict).toBe('refuse');
    for (const verb of ['constructor', '__proto__']) expect(checkArgv(['ip', verb]).verdict).toBe('refuse');
  });
});
