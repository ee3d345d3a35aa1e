import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, FakeClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_WRONG_TOKENS } from './review-limit.ts';
import { GOOD_MS, TokenReviewer } from './token-reviewer.ts';

const RULE = { audience: 'nannyapi', namespace: 'release', serviceAccount: 'nannyapi-agent' };
const ATTACKER = { address: '10.0.0.66' };
const OTHER = { address: '10.0.0.1' };

/** Stands for the API server: it knows the tokens in `good`, and counts what it is asked. */
let api: Server;
let asked: number;
let good: Set<string>;
let isDown: boolean;
let clock: FakeClock;
let client: KubeClient;
let reviewer: TokenReviewer;

beforeEach(async () => {
  [asked, good, isDown, clock] = [0, new Set(['anna']), false, new FakeClock()];
  api = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      asked++;
      const review = JSON.parse(text) as { spec: { token: string } };
      const user = { username: review.spec.token, groups: [] };
      const status = good.has(review.spec.token) ? { authenticated: true, user } : { authenticated: false };
      response.writeHead(isDown ? 500 : 201, { 'content-type': 'application/json' });
      response.end(isDown ? '' : JSON.stringify({ ...review, status }));
    });
  });
  await new Promise<void>((resolve) => {
    api.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  client = createKubeClient({
    server: { url },
    userAgent: 'test',
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  reviewer = new TokenReviewer({ client, clock, rule: RULE });
});
afterEach(async () => {
  await client.close();
  api.closeAllConnections();
  api.close();
});

const guess = (n: number, from = ATTACKER) => reviewer.review(`guess-${n}`, from);

describe('token reviews', () => {
  it('are asked for once, however many requests come with a token, and again after half a minute', async () => {
    await Promise.all([1, 2, 3].map(() => reviewer.review('anna', OTHER)));
    expect(asked).toBe(1);
    await clock.advance(GOOD_MS);
    good.clear();
    expect(await reviewer.review('anna', OTHER)).toEqual({ kind: 'NotGood' });
    expect(asked).toBe(2);
  });

  it('end for an address that guesses, and go on for others and for who is known', async () => {
    good.add('ben');
    await reviewer.review('anna', ATTACKER);
    for (let n = 0; n < MAX_WRONG_TOKENS; n++) expect(await guess(n)).toEqual({ kind: 'NotGood' });
    const before = asked;
    await expect(guess(1000)).rejects.toMatchObject({ code: 'TooManyRequests' });
    expect(asked).toBe(before);
    await clock.advance(GOOD_MS);
    expect(await reviewer.review('anna', ATTACKER)).toMatchObject({ kind: 'Principal' });
    expect(await reviewer.review('ben', OTHER)).toMatchObject({ kind: 'Principal' });
    await clock.advance(60_000);
    expect(await guess(1000)).toEqual({ kind: 'NotGood' });
  });

  it('that cannot be made are no refusal, and are not remembered', async () => {
    isDown = true;
    await expect(reviewer.review('anna', OTHER)).rejects.toMatchObject({ code: 'Unavailable', status: 503 });
    isDown = false;
    expect(await reviewer.review('anna', OTHER)).toMatchObject({ kind: 'Principal' });
  });
});
