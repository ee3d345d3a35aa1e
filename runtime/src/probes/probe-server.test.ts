import { createLogger } from '@nannyapi/process';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthCheck } from '../manager.ts';
import { ProbeServer } from './probe-server.ts';

let checks: { live: HealthCheck[]; ready: HealthCheck[] };
let server: ProbeServer;
let registry: Registry;

function serverOn(port: number): ProbeServer {
  return new ProbeServer({
    host: '127.0.0.1',
    port,
    portSetting: 'SOME_PROBE_PORT',
    liveness: () => checks.live,
    readiness: () => checks.ready,
    registry,
    log: createLogger({ name: 'probes', level: 'silent' }),
  });
}

beforeEach(async () => {
  checks = { live: [{ name: 'agents' }, { name: 'leader-election' }], ready: [{ name: 'agents' }] };
  registry = new Registry();
  server = serverOn(0);
  await server.listen();
});
afterEach(() => server.close());

async function ask(path: string, method = 'GET'): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return [answer.status, await answer.text()];
}

describe('ProbeServer', () => {
  it('says ok while all is well', async () => {
    expect([await ask('/healthz'), await ask('/readyz'), await ask('/healthz/agents')]).toEqual(
      [1, 2, 3].map(() => [200, 'ok\n']),
    );
  });

  it('turns red with the name of what is wrong, and why', async () => {
    checks.live[0] = { name: 'agents', problem: 'the API server has said nothing for 4 minutes' };
    const red = '[-]agents failed: the API server has said nothing for 4 minutes\nhealthz check failed\n';
    expect(await ask('/healthz')).toEqual([500, red]);
    expect(await ask('/healthz/agents')).toEqual([500, red]);
    expect(await ask('/healthz/leader-election')).toEqual([200, 'ok\n']);
    expect(await ask('/readyz')).toEqual([200, 'ok\n']);
  });

  it('shows all checks when asked to', async () => {
    const passed = '[+]agents ok\n[+]leader-election ok\nhealthz check passed\n';
    expect(await ask('/healthz?verbose')).toEqual([200, passed]);
  });

  it('names the checks there are to whoever asks for another', async () => {
    const text = 'there is no check "nodes"; there are agents, leader-election\n';
    expect(await ask('/healthz/nodes')).toEqual([404, text]);
  });

  it('serves metrics', async () => {
    new Counter({ name: 'nannyapi_test_total', help: 'Test.', registers: [registry] }).inc();
    expect(await ask('/metrics')).toEqual([200, expect.stringContaining('nannyapi_test_total 1')]);
  });

  it.each(['/', '/metrics/x', '/healthz/a/b', '//', '/healthz/..%2f'])('answers 404 for %s', async (path) => {
    expect((await ask(path))[0]).toBe(404);
  });

  it('takes no other method than GET and HEAD', async () => {
    expect(await ask('/healthz', 'POST')).toEqual([405, 'only GET and HEAD\n']);
    expect(await ask('/healthz', 'HEAD')).toEqual([200, '']);
  });

  it('says which setting to change when its port is taken', async () => {
    const second = serverOn(server.port);
    await expect(second.listen()).rejects.toMatchObject({
      code: 'PortInUse',
      message: expect.stringContaining('SOME_PROBE_PORT'),
    });
  });

  it('answers with 500, and not with what went wrong, when a check throws', async () => {
    Object.defineProperty(checks, 'live', {
      get: () => {
        throw new Error('secret');
      },
    });
    expect(await ask('/healthz')).toEqual([500, 'internal error\n']);
  });
});
