import { createLogger, FakeClock } from '@nannyapi/process';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from './create-app.ts';
import { RATE_LIMITS } from './rate-limits.ts';

let app: FastifyInstance;
let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
  app = createApp({
    authenticator: {
      authenticate: async (token) =>
        token.startsWith('host-')
          ? { kind: 'agent', namespace: 'default', name: token }
          : { kind: 'user', name: token, groups: [] },
    },
    clock,
    log: createLogger({ name: 'test', level: 'silent' }),
    rateLimits: {
      read: { perSecond: 1, burst: 3 },
      write: { perSecond: 0.1, burst: 1 },
      anonymous: { perSecond: 1, burst: 2 },
    },
  });
  const handler = async () => ({});
  app.route({ method: ['GET', 'POST'], url: '/people', config: { audience: 'people' }, handler });
  app.route({ method: 'GET', url: '/agents', config: { audience: 'agents' }, handler });
  app.route({ method: 'GET', url: '/everyone', config: { audience: 'everyone' }, handler });
  app.route({ method: 'GET', url: '/probe', config: { audience: 'everyone', rate: 'none' }, handler });
});

interface Asked {
  method?: 'GET' | 'POST';
  url: string;
  token?: string;
  address?: string;
  times: number;
}

async function statuses({ method = 'GET', url, token, address, times }: Asked): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < times; i++) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    answers.push(
      (await app.inject({ method, url, headers, ...(address ? { remoteAddress: address } : {}) })).statusCode,
    );
  }
  return answers;
}

describe('a limit of requests', () => {
  it('refuses who asks too much, says when to come back, and lets them in again then', async () => {
    expect(await statuses({ url: '/people', token: 'anna', times: 4 })).toEqual([200, 200, 200, 429]);
    const refused = await app.inject({ url: '/people', headers: { authorization: 'Bearer anna' } });
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json()).toMatchObject({ code: 'TooManyRequests', status: 429 });
    await clock.advance(1000);
    expect(await statuses({ url: '/people', token: 'anna', times: 2 })).toEqual([200, 429]);
  });

  it('is one for each identity, also behind one address', async () => {
    expect(await statuses({ url: '/people', token: 'anna', times: 4 })).toContain(429);
    expect(await statuses({ url: '/people', token: 'bert', times: 3 })).toEqual([200, 200, 200]);
  });

  it('is one for each identity, also from many addresses', async () => {
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3'])
      await statuses({ url: '/people', token: 'anna', address, times: 1 });
    expect(await statuses({ url: '/people', token: 'anna', address: '10.0.0.4', times: 1 })).toEqual([429]);
  });

  it('of writes is narrower than that of reads, and a different one', async () => {
    expect(await statuses({ method: 'POST', url: '/people', token: 'anna', times: 2 })).toEqual([200, 429]);
    expect(await statuses({ url: '/people', token: 'anna', times: 1 })).toEqual([200]);
    const refused = await app.inject({ method: 'POST', url: '/people', headers: { authorization: 'Bearer anna' } });
    expect(refused.headers['retry-after']).toBe('10');
  });

  it('is one for each address where nobody is known, and for each /64 of IPv6', async () => {
    expect(await statuses({ url: '/everyone', address: '10.0.0.1', times: 3 })).toEqual([200, 200, 429]);
    expect(await statuses({ url: '/everyone', address: '10.0.0.2', times: 1 })).toEqual([200]);
    const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];
    const answers = [];
    for (const address of addresses) answers.push(...(await statuses({ url: '/everyone', address, times: 1 })));
    expect(answers).toEqual([200, 200, 429]);
  });

  it('leaves probes alone, and agents far more room', async () => {
    expect(new Set(await statuses({ url: '/probe', times: 50 }))).toEqual(new Set([200]));
    expect(new Set(await statuses({ url: '/agents', token: 'host-a', times: 200 }))).toEqual(new Set([200]));
    expect(RATE_LIMITS.agent.burst).toBeGreaterThan(RATE_LIMITS.write.burst);
  });

  it('does not count who was not let in', async () => {
    for (let i = 0; i < 10; i++) expect((await app.inject({ url: '/people' })).statusCode).toBe(401);
    expect(await statuses({ url: '/people', token: 'anna', times: 3 })).toEqual([200, 200, 200]);
  });
});
