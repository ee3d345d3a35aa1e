/** A host outside of a cluster, from the line that the portal shows to an answered question, a lost power supply and its end. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Agent, Investigation } from '@nannyapi/crds';
import { installCommands } from '@nannyapi/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Machine, whatMachinesLack } from './install/machine.ts';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { finished, manifest, ungroundedQuotes } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

const lack = whatMachinesLack() ?? (findKubectl() === undefined ? 'kubectl' : undefined);
const SCRIPT = join(import.meta.dirname, '../agent-daemonset/install/install.sh');
const WAIT = { timeout: 60_000, interval: 500 };

describe.runIf(lack === undefined)(
  'a host with systemd (needs root, unshare, nsenter, ip, mmdebstrap, kubectl)',
  { timeout: 240_000 },
  () => {
    let machine: Machine;
    let plane: ControlPlane;
    let kubectl: Kubectl;
    let portal: URL;
    let caPem: string;

    beforeAll(async () => {
      machine = await Machine.start();
      plane = await startControlPlane({}, ['--listen', machine.ourAddress]);
      kubectl = kubectlFor(plane.kubeconfigPath);
      portal = new URL(plane.facadeUrl.replace('127.0.0.1', machine.ourAddress));
      caPem = await readFile(join(plane.dataDir, 'api-server/ca.crt'), 'utf8');
    }, 400_000);
    afterAll(async () => {
      await machine?.close();
      await plane?.close();
    });

    /** A call of the REST API as the admin of the control plane. */
    const api = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
      const ca = await readFile(join(plane.dataDir, 'api-server/ca.crt'));
      const token = (await readFile(join(plane.dataDir, 'api-server/admin.token'), 'utf8')).trim();
      const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
      return new Promise((resolve, reject) => {
        const outgoing = request(new URL(path, plane.facadeUrl), { method, ca, headers }, (response) => {
          const isJson = (response.headers['content-type'] ?? '').includes('json');
          const read = isJson ? json(response) : Promise.resolve(void response.resume());
          read.then((answer) => resolve({ status: response.statusCode ?? 0, body: answer })).catch(reject);
        });
        outgoing.once('error', reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      });
    };
    const installToken = async (): Promise<string> => {
      const { status, body } = await api('POST', '/api/v1/enrollment-tokens', {
        agentNamespace: 'default',
        maxUses: 1,
      });
      expect(status, JSON.stringify(body)).toBe(201);
      return (body as { token: string }).token;
    };
    const lines = () => installCommands({ publicURL: portal, caPem });
    const agentOf = async (name: string): Promise<Agent> => kubectl.json<Agent>(['get', 'agent', name]);
    const untilReady = async (name: string): Promise<Agent> =>
      vi.waitFor(async () => {
        const agent = await agentOf(name);
        const ready = agent.status?.conditions?.find(({ type }) => type === 'Ready');
        expect(ready?.status, JSON.stringify(agent.status?.conditions)).toBe('True');
        return agent;
      }, WAIT);
    /** How many of the places that the script writes to are there. */
    const traces = async (): Promise<number> => {
      const places =
        '/usr/local/lib/nannyapi-agent /usr/local/bin/nanny-agent /var/lib/nannyapi-agent /etc/nannyapi-agent.env';
      const found = await machine.must(
        `ls -d ${places} /etc/systemd/system/nannyapi-agent.service 2>/dev/null | wc -l`,
      );
      return Number(found);
    };
    let name: string;

    it.each([
      [
        1,
        'who is not root',
        'setpriv --reuid 1000 --regid 1000 --clear-groups sh -s -- --url https://nanny.example',
        /as root/,
      ],
      [3, 'another architecture', 'PATH=/root/fake:$PATH sh -s -- --url https://nanny.example', /no agent for riscv64/],
      [
        4,
        'another init',
        "unshare -m sh -c 'mount -t tmpfs none /run && sh -s -- --url https://nanny.example'",
        /not run by systemd/,
      ],
      [64, 'plain http', 'sh -s -- --url http://nanny.example', /must start with https/],
      [64, 'an argument that is none', 'sh -s -- --url https://nanny.example --bogus', /Unknown argument: --bogus/],
      [
        64,
        'two tokens',
        'sh -s -- --url https://nanny.example --enrollment-token a --enrollment-token-file b',
        /Give one of/,
      ],
      [8, 'a control plane that is not there', 'sh -s -- --url https://127.0.0.1:9', /Cannot download/],
    ])('is refused with exit code %i for %s', async (code, _, line, words) => {
      await machine.must(
        'mkdir -p fake && printf "#!/bin/sh\\n[ \\$1 = -m ] && echo riscv64 || exec /usr/bin/uname \\$1\\n" > fake/uname && chmod +x fake/uname',
      );
      const { exitCode, stderr } = await machine.run(line, await readFile(SCRIPT, 'utf8'));
      expect(exitCode, stderr).toBe(code);
      expect(stderr).toMatch(words);
      expect(await traces()).toBe(0);
    });

    it('stays as it is when the line is for another control plane', async () => {
      const other = installCommands({ publicURL: portal, caPem: `${caPem}#` });
      const { exitCode, stderr } = await machine.run(other.withToken('net.x.y'));
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(/FAILED|did NOT match/);
      expect(await traces()).toBe(0);
    });

    it('stays as it is when the install token is no good', async () => {
      const { exitCode, stderr } = await machine.run(
        lines().withToken('net.nothing.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
      );
      expect(exitCode, stderr).toBe(11);
      expect(stderr).toContain('nothing was installed');
      expect(await traces()).toBe(0);
    });

    it('is installed, enrolled and ready after one line', async () => {
      const { exitCode, stdout, stderr } = await machine.run(lines().withToken(await installToken()));
      expect(exitCode, stderr + stdout).toBe(0);
      expect(stdout).toMatch(/is installed and runs/);
      const status = JSON.parse(await machine.must('nanny-agent status --json')) as {
        agent: string;
        isReachable: boolean;
      };
      expect(status.isReachable).toBe(true);
      name = status.agent.replace('default/', '');
      const agent = await untilReady(name);
      expect(agent.status?.facts?.hostname).toBe(machine.name);
      expect(agent.status?.capabilities?.sandbox).toBe('Full');
      const modes = await machine.must('stat -c "%a %n" /var/lib/nannyapi-agent /var/lib/nannyapi-agent/identity.json');
      expect(modes).toBe('700 /var/lib/nannyapi-agent\n600 /var/lib/nannyapi-agent/identity.json\n');
    });

    it('answers an investigation, by commands in their cages', async () => {
      const text = manifest(
        { ...plane, agentName: name },
        { name: 'from-afar', prompt: 'Is anything wrong with this machine?' },
      );
      expect(await kubectl(['apply', '-f', '-'], text)).toMatchObject({ exitCode: 0 });
      const investigation: Investigation = await finished(kubectl, 'from-afar');
      expect(investigation.status?.phase, JSON.stringify(investigation.status, undefined, 1)).toBe('Completed');
      expect(await ungroundedQuotes(kubectl, investigation)).toEqual([]);
    });

    it('can write where a package manager must, and keeps its secrets from everybody else', async () => {
      const pid = (await machine.must('systemctl show -P MainPID nannyapi-agent')).trim();
      // What the unit lets the agent do, any later patch can do: it is tried from inside the agent's own mount namespace.
      await machine.must(
        `nsenter -t ${pid} -m sh -c 'touch /usr/bin/.probe /boot/.probe /etc/.probe /tmp/.probe && rm /usr/bin/.probe /boot/.probe /etc/.probe /tmp/.probe'`,
      );
      const log = await machine.must('journalctl -u nannyapi-agent --no-pager');
      const identity = await machine.must('cat /var/lib/nannyapi-agent/identity.json');
      const { tokens, privateKey } = JSON.parse(identity) as { tokens: Record<string, string>; privateKey: string };
      for (const secret of [...Object.values(tokens), privateKey.split('\n')[1] ?? '-']) {
        expect(log.includes(secret)).toBe(false);
        expect((await plane.log()).includes(secret)).toBe(false);
      }
    });

    it('is upgraded in place by the same line, and stays who it is', async () => {
      const before = await machine.must(
        'cat /var/lib/nannyapi-agent/identity.json | grep -A2 privateKey; readlink /usr/local/lib/nannyapi-agent/current',
      );
      const { exitCode, stdout, stderr } = await machine.run(lines().withCode());
      expect(exitCode, stderr + stdout).toBe(0);
      expect(stdout).toContain('keeps its identity');
      expect(
        await machine.must(
          'cat /var/lib/nannyapi-agent/identity.json | grep -A2 privateKey; readlink /usr/local/lib/nannyapi-agent/current',
        ),
      ).toBe(before);
      await machine.must('ls -A /usr/local/lib/nannyapi-agent | grep -c new && exit 1 || true');
      await untilReady(name);
    });

    it('has the version from before when an upgrade fails', async () => {
      // A service manager that takes no start, as when the disk is full or a policy forbids it.
      const manager = '#!/bin/sh\\ncase $* in *restart*) exit 1 ;; esac\\nexec /usr/bin/systemctl "$@"\\n';
      await machine.must(`printf '${manager}' > /usr/local/sbin/systemctl && chmod +x /usr/local/sbin/systemctl`);
      const before = await machine.must(
        'find /usr/local/lib/nannyapi-agent /etc/systemd/system/nannyapi-agent.service -type f -exec sha256sum {} + | sort',
      );
      const { exitCode, stderr } = await machine.run(lines().withCode());
      expect(exitCode, stderr).toBe(12);
      expect(stderr).toContain('The version from before is back in place');
      await machine.must('rm /usr/local/sbin/systemctl');
      expect(
        await machine.must(
          'find /usr/local/lib/nannyapi-agent /etc/systemd/system/nannyapi-agent.service -type f -exec sha256sum {} + | sort',
        ),
      ).toBe(before);
      await machine.must('systemctl restart nannyapi-agent');
      await untilReady(name);
    });

    it('comes back after kill -9 of its agent and after a power cut', async () => {
      const pid = (await machine.must('systemctl show -P MainPID nannyapi-agent')).trim();
      await machine.must(`kill -9 ${pid}`);
      await vi.waitFor(async () => {
        const next = (await machine.must('systemctl show -P MainPID nannyapi-agent')).trim();
        expect([pid, '0']).not.toContain(next);
      }, WAIT);
      await machine.cutPower();
      await machine.boot();
      await vi.waitFor(async () => {
        const log = await machine.must('journalctl -b -u nannyapi-agent --no-pager');
        expect(log).toContain('Connected to the control plane');
      }, WAIT);
      await untilReady(name);
      expect((await machine.run('nanny-agent status')).exitCode).toBe(0);
    });

    it('is locked out within seconds when it is disabled, says so, and is let in again', async () => {
      const patch = (access: string): Promise<unknown> =>
        kubectl(['patch', 'agent', name, '--type=merge', '-p', JSON.stringify({ spec: { access } })]);
      await patch('Revoked');
      await vi.waitFor(async () => {
        expect((await machine.run('nanny-agent status')).exitCode).toBe(5);
      }, WAIT);
      expect(await machine.must('journalctl -u nannyapi-agent --no-pager')).toContain(
        'until a person enables it again',
      );
      await patch('Enabled');
      await vi.waitFor(
        async () => {
          expect((await machine.run('nanny-agent status')).exitCode).toBe(0);
        },
        { timeout: 120_000, interval: 1000 },
      );
    });

    it('forgets everything when it is uninstalled, and its credential is revoked', async () => {
      await machine.must('sh /usr/local/lib/nannyapi-agent/current/install.sh --uninstall');
      expect(await traces()).toBe(0);
      expect((await machine.run('systemctl status nannyapi-agent')).exitCode).toBe(4);
      const { items } = await kubectl.json<{
        items: { status?: { conditions?: { type: string; reason: string }[] } }[];
      }>(['get', 'agentcredentials', '-A']);
      for (const { status } of items) {
        expect(status?.conditions?.find(({ type }) => type === 'Ready')?.reason).not.toBe('Active');
      }
    });

    it('is installed by a code that a person approves, and not at all when the person says no', async () => {
      const post = async (path: string, body: object): Promise<void> => {
        const { status, body: answer } = await api('POST', `/api/v1/device-codes/${path}`, body);
        expect(status, JSON.stringify(answer)).toBeLessThan(300);
      };
      const shownCode = async (): Promise<string> =>
        vi.waitFor(async () => {
          const said = await machine.must('cat said');
          const code = /^ +([A-Z]{4}-[A-Z]{4})$/m.exec(said)?.[1];
          if (code === undefined) throw new Error(said);
          return code;
        }, WAIT);
      const ended = async (): Promise<string> =>
        vi.waitFor(async () => {
          expect(await machine.must('cat said')).toContain('exit code');
          return machine.must('cat said');
        }, WAIT);
      const start = async (): Promise<unknown> =>
        machine.must(`echo > said; (${lines().withCode()} --name by-code --no-start; echo exit code $?) > said 2>&1 &`);
      await start();
      await post('deny', { userCode: await shownCode() });
      expect(await ended()).toMatch(/A person has denied[\s\S]*exit code 11/);
      expect(await traces()).toBe(0);
      await start();
      await post('approve', { userCode: await shownCode(), namespace: 'default', name: 'by-code' });
      expect(await ended()).toMatch(/Enrolled as default\/by-code[\s\S]*exit code 0/);
      expect((await machine.run('systemctl is-active nannyapi-agent')).stdout).toBe('inactive\n');
      await machine.must('systemctl enable --now nannyapi-agent');
      await untilReady('by-code');
    });
  },
);
