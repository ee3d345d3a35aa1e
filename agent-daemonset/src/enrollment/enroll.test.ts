import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeControlPlane } from '../../testing/fake-control-plane.ts';
import type { EnrollConfig } from '../config.ts';
import { readProxyRule } from '../connection/proxy-rule.ts';
import { AgentKey } from '../identity/agent-key.ts';
import { IdentityFile } from '../identity/identity-file.ts';
import type { Identity } from '../identity/identity.ts';
import { enroll } from './enroll.ts';

const FACTS = {
  hostname: 'web-1',
  platform: 'linux',
  platformFamily: 'debian',
  osName: 'Debian GNU/Linux 12 (bookworm)',
  osVersion: '12',
  kernelVersion: '6.1',
  arch: 'x86_64',
  machineID: 'm'.repeat(32),
  bootID: 'b',
  cpus: 1,
  memoryBytes: 1,
};

describe('enrolling a host', () => {
  let fake: FakeControlPlane;
  let stateDir: string;
  let clock: FakeClock;
  let printed: string;
  let stop: AbortController;
  beforeEach(async () => {
    fake = await FakeControlPlane.start();
    stateDir = await mkdtemp(join(tmpdir(), 'nanny-enroll-'));
    clock = new FakeClock();
    printed = '';
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort(new Error('the test is over'));
    await fake.stop();
    await rm(stateDir, { recursive: true, force: true });
    if (fake.oauth.complaints.length > 0) throw new Error(fake.oauth.complaints.join('; '));
  });

  const fingerprint = (): string => createHash('sha256').update(fake.caPem).digest('hex');
  const start = (over: Partial<EnrollConfig> = {}, stdin = ''): Promise<Identity> => {
    const config: EnrollConfig = {
      url: new URL(fake.url),
      caFile: undefined,
      caFingerprint: fingerprint(),
      tlsServerName: undefined,
      proxy: undefined,
      enrollmentTokenFile: undefined,
      stateDir,
      name: undefined,
      isReplacing: false,
      ...over,
    };
    const print = (text: string): void => void (printed += text);
    return enroll({ config, clock, signal: stop.signal, facts: FACTS, print, readStdin: async () => stdin });
  };
  /** Lets the clock run until it is over; the code under test waits for nothing but the clock and loopback. */
  const finished = async <T>(running: Promise<T>, stepMs = 500): Promise<T> => {
    const state = { isOver: false };
    const settle = running.finally(() => {
      state.isOver = true;
    });
    settle.catch(() => undefined);
    while (!state.isOver) {
      await clock.advance(stepMs);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    return settle;
  };
  const polls = (): (string | undefined)[] =>
    fake.oauth.requests.filter(({ form }) => form.has('device_code')).map(({ error }) => error);
  const started = (): Promise<void> => vi.waitFor(() => expect(printed).toContain('WDJB-MJHT'));

  it('shows code and link, and keeps key and tokens in one file that only its owner can read', async () => {
    const running = start({ name: 'web-1' });
    await started();
    expect(printed).toContain(`${fake.url}/device`);
    fake.oauth.decide('Approved');
    const identity = await finished(running);
    expect(identity.agent).toEqual({ namespace: 'default', name: 'web-1' });
    const [device] = [...fake.oauth.devices.values()];
    expect(Object.fromEntries(device?.form ?? [])).toMatchObject({
      client_id: 'nanny-agent',
      hostname: 'web-1',
      agent_name: 'web-1',
      machine_id: 'm'.repeat(32),
      boot_id: 'b',
      arch: 'x86_64',
      os_name: 'Debian GNU/Linux 12 (bookworm)',
      capabilities: 'CollectContext Diagnose',
    });
    expect(AgentKey.parse(identity.privateKey).thumbprint).toBe(device?.thumbprint);
    expect(printed).toContain(device?.thumbprint);
    expect(await readdir(stateDir)).toEqual(['identity.json']);
    expect((await stat(join(stateDir, 'identity.json'))).mode & 0o777).toBe(0o600);
    expect(await new IdentityFile(stateDir).read()).toEqual(identity);
    expect(identity.caPem).toBe(fake.caPem);
  });

  it('waits the interval between polls, five seconds more for good after each slow_down', async () => {
    const times: number[] = [];
    fake.oauth.fault = (_, form) => void (form.has('device_code') && times.push(clock.monotonicMs()));
    fake.oauth.intervalSeconds = 5;
    fake.oauth.pollErrors = [
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'slow_down',
      'authorization_pending',
    ];
    const running = start();
    await started();
    fake.oauth.decide('Approved');
    await finished(running, 250);
    const gaps = times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1000));
    expect(gaps).toEqual([5, 10, 10, 15, 15]);
  });

  it.each([
    ['Denied', 'EnrollmentDenied'],
    ['Expired', 'EnrollmentExpired'],
  ] as const)('ends when the code is %s, and leaves no identity', async (state, code) => {
    const running = start();
    await started();
    fake.oauth.decide(state);
    await expect(finished(running)).rejects.toMatchObject({ code });
    expect(await new IdentityFile(stateDir).read()).toBeUndefined();
  });

  it('ends by its own count of time when nobody answers any more', async () => {
    const running = start();
    await started();
    await fake.stop();
    await expect(finished(running, 10_000)).rejects.toMatchObject({ code: 'EnrollmentExpired' });
  });

  it('waits out lost answers, pages of proxies and a restart of the control plane', async () => {
    const faults = [
      'Lose',
      { status: 502, body: '<h1>Bad gateway</h1>', type: 'text/html' },
      { status: 403, body: 'Blocked', type: 'text/plain' },
      { status: 429, body: '', type: 'text/plain' },
    ] as const;
    let count = 0;
    fake.oauth.fault = (_, form) => (form.has('device_code') ? faults[count++] : undefined);
    const running = start();
    await started();
    await fake.stop();
    await clock.advance(3000);
    await fake.listen();
    fake.oauth.turnNonce();
    fake.oauth.decide('Approved');
    // The first of the faults loses the very answer that has the tokens.
    const identity = await finished(running);
    expect(count).toBeGreaterThan(4);
    expect(identity.tokens.refreshToken).toBe(fake.oauth.credential?.tokens.refresh_token);
    expect(printed.match(/Trying again/g)).toHaveLength(1);
  });

  it('goes on where a call that was killed has left off, so that nobody approves twice', async () => {
    const first = start();
    await started();
    fake.oauth.decide('Approved');
    fake.oauth.fault = (_, form) => (form.has('device_code') ? 'Lose' : undefined);
    await vi.waitFor(async () => {
      await clock.advance(500);
      expect(polls().length).toBeGreaterThan(0);
    });
    stop.abort(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    stop = new AbortController();
    fake.oauth.fault = () => undefined;
    const identity = await finished(start());
    expect(fake.oauth.devices.size).toBe(1);
    expect(identity.tokens.accessToken).toBe(fake.oauth.credential?.tokens.access_token);
  });

  it('shows the code again that a killed call has shown, while it waits for a person', async () => {
    const first = start();
    await started();
    stop.abort(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    stop = new AbortController();
    printed = '';
    const second = start();
    await started();
    expect(printed).toContain('Going on');
    fake.oauth.decide('Approved');
    await finished(second);
    expect(fake.oauth.devices.size).toBe(1);
  });

  it('begins anew, with another key, when what was begun is over', async () => {
    const first = start();
    await started();
    stop.abort(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    stop = new AbortController();
    fake.oauth.decide('Denied');
    printed = '';
    const second = start();
    // The code that is over is not shown to a person any more.
    await started();
    expect(printed).not.toContain('Going on');
    expect(printed.match(/^ +WDJB-MJHT$/gm)).toHaveLength(1);
    await vi.waitFor(async () => {
      await clock.advance(500);
      expect(fake.oauth.devices.size).toBe(2);
    });
    fake.oauth.decide('Approved');
    await finished(second);
    const [one, other] = [...fake.oauth.devices.values()];
    expect(one?.thumbprint).not.toBe(other?.thumbprint);
  });

  it('asks no person when it has an install token, from a file or from standard input', async () => {
    fake.oauth.installTokens.set('net.t.secret', {});
    await expect(start({ enrollmentTokenFile: '-' }, 'net.t.secret\n')).resolves.toMatchObject({
      agent: { name: 'web-1' },
    });
    expect(printed).toBe('');
    fake.oauth.installTokens.set('net.u.secret', {});
    await writeFile(join(stateDir, 't'), 'net.u.secret');
    await start({ enrollmentTokenFile: join(stateDir, 't'), isReplacing: true });
    await expect(start({ enrollmentTokenFile: '-', isReplacing: true }, 'net.u.secret')).rejects.toMatchObject({
      code: 'invalid_grant',
    });
    await expect(start({ enrollmentTokenFile: '-', isReplacing: true }, ' \n')).rejects.toMatchObject({
      code: 'InvalidToken',
    });
  });

  it('shows an install token with the same key again when the answer was lost', async () => {
    fake.oauth.installTokens.set('net.t.secret', {});
    let count = 0;
    fake.oauth.fault = (_, form) => (form.has('enrollment_token') && count++ === 0 ? 'Lose' : undefined);
    await expect(finished(start({ enrollmentTokenFile: '-' }, 'net.t.secret'))).resolves.toMatchObject({
      agent: { name: 'web-1' },
    });
    expect(count).toBe(2);
  });

  it('refuses a CA with another fingerprint, and a control plane under another CA', async () => {
    const before = fake.oauth.requests.length;
    await expect(start({ caFingerprint: '0'.repeat(64) })).rejects.toMatchObject({ code: 'FingerprintMismatch' });
    expect(fake.oauth.requests).toHaveLength(before);
    await expect(finished(start({ caFingerprint: undefined }), 5000)).rejects.toMatchObject({
      code: 'ConnectionFailed',
    });
    expect(fake.oauth.requests).toHaveLength(before);
  });

  it('reaches the authority and all else through a proxy where there is one', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer().listen(0, '127.0.0.1');
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url);
      const upstream = connect(Number(new URL(fake.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await once(proxy, 'listening');
    try {
      fake.oauth.installTokens.set('net.t.secret', {});
      const rule = readProxyRule(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, undefined);
      await start({ enrollmentTokenFile: '-', proxy: rule }, 'net.t.secret');
      expect(asked).toEqual([new URL(fake.url).host, new URL(fake.url).host]);
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });

  it('does not give up an identity that is there unless told to', async () => {
    fake.oauth.installTokens.set('net.t.secret', {}).set('net.u.secret', {});
    await start({ enrollmentTokenFile: '-' }, 'net.t.secret');
    const before = await readFile(join(stateDir, 'identity.json'), 'utf8');
    await expect(start({ enrollmentTokenFile: '-' }, 'net.u.secret')).rejects.toMatchObject({
      code: 'AlreadyEnrolled',
    });
    expect(await readFile(join(stateDir, 'identity.json'), 'utf8')).toBe(before);
    const second = await start({ enrollmentTokenFile: '-', isReplacing: true }, 'net.u.secret');
    expect(before).not.toContain(second.privateKey.slice(30, 60));
  });
});
