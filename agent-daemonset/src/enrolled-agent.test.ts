import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench } from '../testing/agent-process.ts';
import { FakeControlPlane } from '../testing/fake-control-plane.ts';
import { AgentKey } from './identity/agent-key.ts';
import { IdentityFile } from './identity/identity-file.ts';
import type { Identity } from './identity/identity.ts';

const WAIT = { timeout: 20_000, interval: 50 };

describe('an enrolled agent, as a process, against a strict control plane', () => {
  let fake: FakeControlPlane;
  let bench: AgentBench;
  let file: IdentityFile;
  beforeEach(async () => {
    fake = await FakeControlPlane.start();
    fake.heartbeatSeconds = 1;
    bench = await AgentBench.create(fake);
    file = new IdentityFile(bench.stateDir);
    await enrolled();
  });
  afterEach(async () => {
    await bench.close();
    await fake.stop();
    if (fake.oauth.complaints.length > 0) throw new Error(fake.oauth.complaints.join('; '));
  });

  /** Puts an identity in the state folder as `enroll` does, and makes the control plane know it. */
  const enrolled = async (): Promise<Identity> => {
    const key = AgentKey.generate();
    const tokens = { access_token: 'nat.cred.first', refresh_token: 'nrt.cred.first' };
    fake.oauth.credential = { thumbprint: key.thumbprint, tokens };
    const time = '2026-01-01T00:00:00.000Z';
    const identity: Identity = {
      version: 1,
      url: `${fake.url}/`,
      caPem: fake.caPem,
      privateKey: key.toPem(),
      agent: { namespace: 'default', name: 'web-1' },
      tokens: { accessToken: tokens.access_token, refreshToken: tokens.refresh_token },
      enrolledTime: time,
      renewedTime: time,
    };
    await file.write(identity);
    return identity;
  };
  const refreshes = (): number => fake.oauth.requests.filter(({ form }) => form.has('refresh_token')).length;
  const granted = (): number =>
    fake.oauth.requests.filter(({ form, status }) => form.has('refresh_token') && status === 200).length;
  const beats = async (more: number): Promise<void> => {
    const before = fake.heartbeats.length;
    await vi.waitFor(() => expect(fake.heartbeats.length).toBeGreaterThanOrEqual(before + more), WAIT);
  };

  it('proves itself with every request, and takes whatever nonce it is given', async () => {
    bench.startEnrolled();
    await beats(2);
    fake.oauth.turnNonce();
    await beats(2);
    const task = fake.addTask({ actions: [{ id: 'a', run: { argv: ['uptime'] } }] });
    fake.oauth.turnNonce();
    await vi.waitFor(() => expect(task.results).toHaveLength(1), WAIT);
    expect(refreshes()).toBe(0);
    expect(fake.connections).toBe(1);
  });

  it('renews its tokens before they end, one request at a time, and has them on disk before it uses them', async () => {
    fake.oauth.accessTokenSeconds = 2;
    fake.oauth.endAccessToken();
    const onDisk: boolean[] = [];
    const admits = fake.oauth.admits.bind(fake.oauth);
    fake.oauth.admits = (request, response) => {
      const shown = request.headers.authorization?.slice('DPoP '.length);
      const known = JSON.parse(readFileSync(file.path, 'utf8')) as Identity;
      if (shown !== 'nat.cred.first') onDisk.push(known.tokens.accessToken === shown);
      return admits(request, response);
    };
    bench.startEnrolled();
    await vi.waitFor(() => expect(granted()).toBeGreaterThanOrEqual(3), WAIT);
    await beats(1);
    expect(onDisk.length).toBeGreaterThan(2);
    expect(onDisk.filter((isThere) => !isThere)).toEqual([]);
    const [first] = fake.oauth.requests.filter(({ form }) => form.has('refresh_token'));
    expect(first?.form.get('boot_id')).toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim());
  });

  it('asks again with the same token when an answer was lost or was a page of a proxy', async () => {
    fake.oauth.endAccessToken();
    let count = 0;
    const faults = ['Lose', 'Lose', { status: 502, body: '<h1>Bad gateway</h1>', type: 'text/html' }] as const;
    fake.oauth.fault = () => faults[count++];
    bench.startEnrolled();
    await beats(1);
    expect(count).toBeGreaterThan(3);
    expect((await file.read())?.tokens.accessToken).toBe(fake.oauth.credential?.tokens.access_token);
  });

  it('goes on after kill -9 between the answer and the disk, and after a restart of the control plane', async () => {
    fake.oauth.endAccessToken();
    const before = await file.read();
    fake.oauth.fault = () => 'Lose';
    const first = bench.startEnrolled();
    await vi.waitFor(() => expect(granted()).toBeGreaterThan(0), WAIT);
    await bench.kill(first);
    expect((await file.read())?.tokens).toEqual(before?.tokens);
    fake.oauth.fault = () => undefined;
    bench.startEnrolled();
    await beats(1);
    await fake.stop();
    fake.oauth.turnNonce();
    await fake.listen();
    await beats(1);
  });

  it.each([
    ['invalid_grant', /enroll it again/],
    ['unauthorized_client', /enables it again/],
  ])('says once and clearly that it is refused (%s), and does not hammer', async (code, words) => {
    fake.oauth.refusal = code;
    bench.startEnrolled();
    await vi.waitFor(() => expect(bench.log.filter(({ level }) => level === 'error')).toHaveLength(1), WAIT);
    const [told] = bench.log.filter(({ level }) => level === 'error');
    expect(told?.msg).toMatch(words);
    await vi.waitFor(
      () => expect(bench.log.filter(({ msg }) => msg === 'Still not connected').length).toBeGreaterThan(2),
      WAIT,
    );
    expect(granted()).toBe(0);
    expect(fake.oauth.requests.filter(({ error }) => error === code)).toHaveLength(1);
    expect((await file.read())?.refusal).toMatchObject({ code });
  });

  it('says what is to be done when it was never enrolled, and exits 3', async () => {
    await file.remove();
    const child = bench.startEnrolled();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(3);
    expect(JSON.stringify(bench.log)).toContain('nanny-agent enroll --url');
  });

  it('keeps its secrets out of its log and out of what tasks can read', async () => {
    fake.oauth.endAccessToken();
    bench.startEnrolled();
    await beats(1);
    const task = fake.addTask({ actions: [{ id: 'a', run: { argv: ['cat', file.path] } }] });
    await vi.waitFor(() => expect(task.results).toHaveLength(1), WAIT);
    const said = JSON.stringify([bench.log, task.results]) + bench.stderr + fake.outputOf(task, 'a');
    expect(said).not.toMatch(/nat\.cred|nrt\.cred|PRIVATE KEY/);
  });
});
