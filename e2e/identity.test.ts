/** A homelab: one control plane that serves other machines, twenty hosts, an admin, a developer who may only look. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, AgentCredential, Investigation } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CommandLine } from './identity/command-line.ts';
import { Host, type EnrolmentPlace } from './identity/host.ts';
import { findLeaks } from './identity/leaks.ts';
import { Person } from './identity/person.ts';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

/** Another address of loopback: what other machines would use. */
const ADDRESS = '127.0.0.2';
const HOSTS = 20;
/** What is waited for at most, in milliseconds; the machine may be busy. */
const WAIT = { timeout: 60_000, interval: 100 };
const SECONDS_TO_END_A_STREAM = 10;

const hasKubectl = findKubectl() !== undefined;

describe.skipIf(!hasKubectl)('a homelab (needs kubectl)', { timeout: 300_000 }, () => {
  let plane: ControlPlane;
  let kubectl: Kubectl;
  let folder: string;
  let place: EnrolmentPlace & { caPem: string };
  let admin: Person;
  let cli: CommandLine;
  let token: string;
  const hosts = Array.from({ length: HOSTS }, (_, index) => index + 1);
  const fleet = new Map<number, Host>();
  const host = (number: number): Host => {
    const found = fleet.get(number);
    if (!found) throw new Error(`There is no host ${number}`);
    return found;
  };
  /** Everything that must stand in no log. */
  const secrets: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nannyapi-homelab-'));
    plane = await startControlPlane({}, ['--listen', ADDRESS]);
    kubectl = kubectlFor(plane.kubeconfigPath);
    const caPem = await readFile(join(plane.dataDir, 'api-server/ca.crt'), 'utf8');
    const caFingerprint = createHash('sha256').update(caPem).digest('hex');
    place = { url: `https://${ADDRESS}:${new URL(plane.facadeUrl).port}`, caPem, caFingerprint };
    cli = new CommandLine(folder);
    for (const number of hosts) fleet.set(number, new Host(folder, `host-${number}`));
    secrets['the admin token'] = (await readFile(join(plane.dataDir, 'api-server/admin.token'), 'utf8')).trim();
    secrets['the token of the local agent'] = (await readFile(join(plane.dataDir, 'agent/token'), 'utf8')).trim();
  });

  afterAll(async () => {
    await Promise.all([...fleet.values()].map((each) => each.stop()));
    await plane?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets its admin in by a link, once', async () => {
    const { stdout } = await cli.run('standalone', 'login-link', '--data', plane.dataDir);
    const link = stdout.trim();
    expect(new URL(link).origin).toBe(place.url);
    secrets['a login link'] = new URL(link).searchParams.get('token') ?? '';
    const loggedIn = await Person.byLink(place, link);
    expect(await Person.byLink(place, link)).toBeUndefined();
    if (!loggedIn) throw new Error('The link let nobody in');
    admin = loggedIn;
    secrets['the session cookie'] = admin.credential;
    expect(await admin.send('GET', '/api/v1/me')).toMatchObject({ status: 200, body: { name: 'local:admin' } });
  });

  it('lets the command line of the admin in, once a browser approved its code', async () => {
    const exitCode = await cli.login(place, async (userCode) => {
      secrets['a user code of the command line'] = userCode;
      const { status } = await admin.send('POST', '/api/v1/device-codes/approve', { userCode });
      expect(status).toBe(200);
    });
    expect(exitCode).toBe(0);
    const stored = JSON.parse(await readFile(join(folder, '.config/nannyapi/credentials.json'), 'utf8')) as {
      token: string;
    };
    secrets['the token of the command line'] = stored.token;
    expect((await cli.run('whoami')).stdout).toContain('local:admin');
  });

  it('enrols twenty hosts: most by an install token, three by codes that a person approved', async () => {
    const created = await cli.run(
      'enrollment-token',
      'create',
      '--uses',
      String(HOSTS - 3),
      '--description',
      'homelab',
    );
    token = created.stdout.trim();
    secrets['the install token'] = token;
    const tokenFile = join(folder, 'install-token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    for (const number of hosts.slice(3)) expect(await host(number).enrolByToken(place, tokenFile)).toBe(0);
    for (const number of hosts.slice(0, 3)) {
      const waiting = await host(number).enrolByCode(place);
      secrets[`the user code of host ${number}`] = waiting.userCode;
      const approved = await cli.run('agents', 'approve', waiting.userCode);
      expect(approved).toMatchObject({ exitCode: 0 });
      expect(await waiting.exitCode).toBe(0);
    }
    for (const number of hosts) {
      const { privateKey, tokens } = await host(number).identity();
      Object.assign(secrets, {
        [`the key of host ${number}`]: privateKey.split('\n')[1] ?? '',
        [`the access token of host ${number}`]: tokens.accessToken,
        [`the refresh token of host ${number}`]: tokens.refreshToken,
      });
    }
    const list = await cli.run('agents', 'list');
    expect(list.stdout.match(/^host-/gm)).toHaveLength(HOSTS);
  });

  it('lets no further host in by a token that is used up, and none that a person denied', async () => {
    const late = new Host(folder, 'late');
    expect(await late.enrolByToken(place, join(folder, 'install-token'))).toBe(5);
    const waiting = await late.enrolByCode(place);
    expect(await cli.run('agents', 'deny', waiting.userCode)).toMatchObject({ exitCode: 0 });
    expect(await waiting.exitCode).toBe(5);
  });

  it('has all of them connected, each as itself', async () => {
    for (const number of hosts) host(number).run([], number === 1 ? 'Full' : 'Reduced');
    await vi.waitFor(async () => expect(await readyHosts()).toHaveLength(HOSTS), WAIT);
  });

  it('throws a host out within seconds when its credential is revoked', async () => {
    const startedMs = performance.now();
    const revoked = await cli.run('agents', 'revoke', 'host-5');
    expect(revoked).toMatchObject({ exitCode: 0 });
    await vi.waitFor(async () => expect(await disconnections('host-5')).toBe(1), WAIT);
    expect((performance.now() - startedMs) / 1000).toBeLessThan(SECONDS_TO_END_A_STREAM);
    await vi.waitFor(async () => expect(await host(5).log()).toContain('"invalid_grant"'), WAIT);
  });

  it('throws a host and its copy out when the host was cloned', async () => {
    const otherMachine = join(folder, 'machine-id');
    await writeFile(otherMachine, `${'c'.repeat(32)}\n`);
    const copy = await host(6).clone(folder, 'host-6-copy');
    fleet.set(HOSTS + 1, copy);
    copy.run(['unshare', '--mount', 'sh', '-c', `mount --bind ${otherMachine} /etc/machine-id && exec "$@"`, 'sh']);
    await vi.waitFor(async () => expect(await disconnections('host-6')).toBe(1), WAIT);
    const credentials = await kubectl.json<{ items: AgentCredential[] }>(['get', 'agentcredentials', '-n', 'nannyapi']);
    const [ofHost] = credentials.items.filter(({ spec }) => spec.agentRef.name === 'host-6');
    expect(ofHost?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'CloneDetected' }),
    );
  });

  it('goes on after a restart: sessions, tokens and hosts', async () => {
    await plane.kill();
    await plane.restart();
    expect(await admin.send('GET', '/api/v1/me')).toMatchObject({ status: 200, body: { name: 'local:admin' } });
    expect((await cli.run('whoami')).stdout).toContain('local:admin');
    await vi.waitFor(async () => {
      const log = await plane.log();
      const since = log.slice(log.lastIndexOf('"msg":"Listening"'));
      const connected = hosts.filter((number) => since.includes(`"agent":"default/host-${number}"`));
      expect(connected).toEqual(hosts.filter((number) => number !== 5 && number !== 6));
    }, WAIT);
  });

  it('tells a developer who may only look, in words, what they may not do', async () => {
    await kubectl(['create', 'serviceaccount', 'developer', '-n', 'default']);
    const binding = ['--clusterrole=nannyapi-viewer', '--serviceaccount=default:developer'];
    await kubectl(['create', 'rolebinding', 'developer', '-n', 'default', ...binding]);
    const { stdout } = await kubectl(['create', 'token', 'developer', '-n', 'default']);
    secrets['the token of the developer'] = stdout.trim();
    const developer = Person.withToken(place, stdout.trim());
    expect(await developer.send('GET', '/api/v1/namespaces/default/agents')).toMatchObject({ status: 200 });
    const asked = { prompt: 'Why is this machine slow?', agentRef: { name: 'host-1' } };
    expect(await developer.send('POST', '/api/v1/namespaces/default/investigations', asked)).toMatchObject({
      status: 403,
      body: {
        code: 'Forbidden',
        detail: 'system:serviceaccount:default:developer may not create investigations in namespace default',
      },
    });
    expect((await developer.send('GET', '/api/v1/enrollment-tokens')).status).toBe(403);
    expect((await developer.send('POST', '/api/v1/login-links')).status).toBe(403);
  });

  it('investigates an enrolled host, in the name of who asked', async () => {
    const { exitCode, stdout } = await cli.run('investigate', 'host-1', '--output', 'json');
    expect(exitCode).toBe(0);
    const { investigation } = JSON.parse(stdout) as { investigation: Investigation };
    expect(investigation.spec.requestedBy).toBe('local:admin');
    expect(investigation.status?.resolution?.verdict).toMatch(/RootCauseFound|NoFaultFound/);
  });

  it('logs the command line out at the control plane too', async () => {
    expect(await cli.run('logout')).toMatchObject({ exitCode: 0 });
    expect(await cli.run('whoami')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('NotLoggedIn') });
    const former = Person.withToken(place, secrets['the token of the command line'] ?? '');
    expect((await former.send('GET', '/api/v1/me')).status).toBe(401);
  });

  it('has told none of its secrets to any log', async () => {
    const texts: Record<string, string> = { 'the log of the control plane': await plane.log(), nanny: cli.stderr };
    for (const each of fleet.values()) texts[`the log of ${each.name}`] = await each.log();
    expect(texts['the log of the control plane']).toContain('"audit":true');
    expect(texts['the log of host-1']).toContain('Connected to the control plane');
    expect(findLeaks(texts, secrets)).toEqual([]);
    // The search finds what it looks for.
    expect(findLeaks({ here: `x ${token} y` }, { 'the install token': token })).toHaveLength(2);
  });

  async function readyHosts(): Promise<string[]> {
    const { items } = await kubectl.json<{ items: Agent[] }>(['get', 'agents', '-n', 'default']);
    return items
      .filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
      .map(({ metadata }) => metadata.name ?? '')
      .filter((name) => name.startsWith('host-'));
  }

  /** How often the facade told that the stream of a host ended. */
  async function disconnections(name: string): Promise<number> {
    const lines = (await plane.log()).split('\n');
    return lines.filter((line) => line.includes('An agent disconnected') && line.includes(`"agent":"default/${name}"`))
      .length;
  }
});
