import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCommand } from './install-command.ts';

const CA = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const FINGERPRINT = createHash('sha256').update(CA).digest('hex');
const SCRIPT = 'printf "%s\\n" "$@" > "$SEEN"\n';

describe('the install command', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-install-command-'));
    await writeFile(join(dir, 'served-ca'), CA);
    await writeFile(join(dir, 'served-script'), SCRIPT);
    // The world at the end of the line: curl, which writes down how it was called.
    const curl = [
      '#!/bin/sh',
      'printf "%s " "$@" >> "$CALLS"; echo >> "$CALLS"',
      'out=/dev/stdout; url=',
      'while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift ;; --cacert) [ -s "$2" ] || exit 77; shift ;; -*) ;; *) url=$1 ;; esac; shift; done',
      'case $url in */ca.crt) cat "$DIR/served-ca" > "$out" ;; */install.sh) cat "$DIR/served-script" > "$out" ;; *) exit 22 ;; esac',
    ];
    await writeFile(join(dir, 'curl'), `${curl.join('\n')}\n`);
    await chmod(join(dir, 'curl'), 0o755);
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  /** Pastes a line into a shell. */
  const paste = async (line: string): Promise<{ calls: string; seen: string[] }> => {
    const [calls, seen] = [join(dir, 'calls'), join(dir, 'seen')];
    const env = { PATH: `${dir}:${process.env.PATH ?? ''}`, DIR: dir, CALLS: calls, SEEN: seen, TMPDIR: dir };
    await promisify(execFile)('/bin/sh', ['-c', line], { env });
    return { calls: await readFile(calls, 'utf8'), seen: (await readFile(seen, 'utf8')).trim().split('\n') };
  };

  it('is a plain download where every system trusts the certificate', async () => {
    const line = installCommand({ publicURL: new URL('https://nanny.example/'), token: 'net.a.b-_' });
    expect(line).toBe(
      'curl -fsSL https://nanny.example/install.sh | sh -s -- --url https://nanny.example --enrollment-token net.a.b-_',
    );
    const { seen } = await paste(line);
    expect(seen).toEqual(['--url', 'https://nanny.example', '--enrollment-token', 'net.a.b-_']);
  });

  it('takes the script under our own authority only after the fingerprint was compared', async () => {
    const line = installCommand({ publicURL: new URL('https://10.1.2.3:7444/'), caFingerprint: FINGERPRINT });
    const { calls, seen } = await paste(line);
    expect(seen).toEqual(['--url', 'https://10.1.2.3:7444', '--ca-fingerprint', FINGERPRINT]);
    expect(calls.split('\n')[1]).toContain('--cacert');
    expect(calls.split('\n')[1]).not.toContain('-k');
  });

  it('stops before the script when the fingerprint is another one', async () => {
    await writeFile(join(dir, 'served-ca'), `${CA}#`);
    const line = installCommand({ publicURL: new URL('https://10.1.2.3:7444/'), caFingerprint: FINGERPRINT });
    await expect(paste(line)).rejects.toMatchObject({ code: 1 });
    expect(await readFile(join(dir, 'calls'), 'utf8')).not.toContain('install.sh');
  });

  it('survives a shell and curl with the address of an IPv6 host', async () => {
    const { seen } = await paste(
      installCommand({ publicURL: new URL('https://[2001:db8::1]:7444/'), caFingerprint: FINGERPRINT }),
    );
    expect(seen.slice(0, 2)).toEqual(['--url', 'https://[2001:db8::1]:7444']);
  });

  it('refuses what a shell would read as a command', () => {
    expect(() => installCommand({ publicURL: new URL('https://nanny.example/'), token: '$(reboot)' })).toThrow(
      RangeError,
    );
    expect(() => installCommand({ publicURL: new URL('https://nanny.example/'), caFingerprint: "';x" })).toThrow(
      RangeError,
    );
  });
});
