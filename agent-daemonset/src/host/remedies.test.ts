import { describe, expect, it } from 'vitest';
import { installCommand, parseOsRelease } from './remedies.ts';

describe('what adds a missing tool', () => {
  it('is the package manager of the distribution, with the name of the package there', () => {
    expect(installCommand('bpftrace', 'debian')).toBe('apt-get install bpftrace');
    expect(installCommand('bwrap', 'rhel')).toBe('dnf install bubblewrap');
    expect(installCommand('bwrap', 'alpine')).toBe('apk add bubblewrap');
    expect(installCommand('iostat', 'suse')).toBe('zypper install sysstat');
    expect(installCommand('lsof', 'unknown')).toBe('install the package lsof');
  });

  it('finds the family also by what a distribution is like', () => {
    expect(parseOsRelease('NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n')).toEqual({
      id: 'debian',
      name: 'Debian GNU/Linux',
      version: '12',
      family: 'debian',
    });
    expect(parseOsRelease('ID="rocky"\nID_LIKE="rhel centos fedora"\n').family).toBe('rhel');
    expect(parseOsRelease('ID=pop\nID_LIKE="ubuntu debian"\n').family).toBe('debian');
    expect(parseOsRelease('').family).toBe('unknown');
  });
});
