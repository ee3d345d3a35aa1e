import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, FakeClock, createLogger } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokens } from './access-tokens.ts';
import { AgentKey } from './agent-key.ts';
import { IdentityFile } from './identity-file.ts';
import type { Identity } from './identity.ts';
import type { TokenAnswer } from './oauth-answers.ts';
import { OAuthRefusal, type OAuthForm } from './oauth-client.ts';

const NONE = new AbortController().signal;

/** A clock whose date somebody sets, while its seconds go on as ever. */
class ClockOfAHost extends FakeClock {
  skewMs = 0;
  override now(): Date {
    return new Date(super.now().getTime() + this.skewMs);
  }
}

describe('the access token of an enrolled host', () => {
  let dir: string;
  let file: IdentityFile;
  let clock: ClockOfAHost;
  let identity: Identity;
  /** What the token endpoint was asked with, and what it does next. */
  let asked: OAuthForm[];
  let answer: () => Promise<TokenAnswer>;
  let lines: Record<string, unknown>[];
  let tokens: AccessTokens;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-tokens-'));
    file = new IdentityFile(dir);
    clock = new ClockOfAHost();
    identity = {
      version: 1,
      url: 'https://nanny.example/',
      privateKey: AgentKey.generate().toPem(),
      agent: { namespace: 'default', name: 'web-1' },
      tokens: { accessToken: 'a0', refreshToken: 'r0' },
      enrolledTime: '2026-01-01T00:00:00Z',
      renewedTime: '2026-01-01T00:00:00Z',
    };
    await file.write(identity);
    asked = [];
    lines = [];
    answer = async () => issued(asked.length);
    tokens = open();
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  const issued = (n: number, expiresInSeconds = 600): TokenAnswer => ({
    tokens: { accessToken: `a${n}`, refreshToken: `r${n}` },
    expiresInSeconds,
    agent: { namespace: 'default', name: 'web-1' },
  });
  const open = (): AccessTokens =>
    new AccessTokens(identity, {
      file,
      oauth: {
        requestTokens: async (form) => {
          asked.push(form);
          return answer();
        },
      },
      machine: { machineID: 'm', bootID: 'b' },
      clock,
      log: createLogger({
        name: 'test',
        level: 'debug',
        destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      signal: NONE,
    });
  const errors = (): unknown[] => lines.filter(({ level }) => level === 'error').map(({ msg }) => msg);
  const noAnswer = async (): Promise<never> => {
    throw new CodedError({ code: 'ConnectionFailed', message: 'No answer', status: 0 });
  };
  const refused = (code: string) => async (): Promise<never> => {
    throw new OAuthRefusal({ code, message: 'Agent default/web-1 is disabled', status: 400 });
  };

  it('is the one on disk until it is refused, for nobody knows how old it is', async () => {
    await clock.advance(3_600_000);
    expect(await tokens.current(NONE)).toBe('a0');
    expect(asked).toEqual([]);
    expect(tokens.suspect('a0')).toBe(true);
    expect(await tokens.current(NONE)).toBe('a1');
    expect(asked).toEqual([{ grant_type: 'refresh_token', refresh_token: 'r0', machine_id: 'm', boot_id: 'b' }]);
    expect((await file.read())?.tokens).toEqual({ accessToken: 'a1', refreshToken: 'r1' });
  });

  it('is renewed at four fifths of its life, counted from the question, whatever the date is set to', async () => {
    tokens.suspect('a0');
    answer = async () => {
      // Ten years back while the answer is under way, and more with each.
      clock.skewMs -= 10 * 365 * 86_400_000;
      return issued(asked.length);
    };
    await tokens.current(NONE);
    await clock.advance(479_000);
    expect(await tokens.current(NONE)).toBe('a1');
    await clock.advance(2000);
    expect(await tokens.current(NONE)).toBe('a2');
    expect(asked.map(({ refresh_token: token }) => token)).toEqual(['r0', 'r1']);
  });

  it('is asked for once, however many need it at the same time, and who gives up does not end that', async () => {
    tokens.suspect('a0');
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    answer = async () => promise;
    const stop = new AbortController();
    const impatient = tokens.current(stop.signal);
    const all = Promise.all(Array.from({ length: 8 }, async () => tokens.current(NONE)));
    stop.abort(new Error('gave up'));
    await expect(impatient).rejects.toThrow('gave up');
    resolve(issued(1));
    expect(new Set(await all)).toEqual(new Set(['a1']));
    expect(asked).toHaveLength(1);
  });

  it('stays in use while there is no answer, and is asked for again with the same refresh token, ever more slowly', async () => {
    tokens.suspect('a0');
    await tokens.current(NONE);
    answer = noAnswer;
    await clock.advance(481_000);
    for (let second = 0; second < 110; second += 1) {
      expect(await tokens.current(NONE)).toBe('a1');
      await clock.advance(1000);
    }
    const questions = asked.length - 1;
    expect(questions).toBeGreaterThan(4);
    expect(questions).toBeLessThan(20);
    expect(new Set(asked.slice(1).map(({ refresh_token: token }) => token))).toEqual(new Set(['r1']));
    await clock.advance(60_000);
    await expect(tokens.current(NONE)).rejects.toMatchObject({ code: 'ConnectionFailed' });
    answer = async () => issued(9);
    await clock.advance(60_000);
    expect(await tokens.current(NONE)).toBe('a9');
  });

  it('is not asked for again when a fresh one is refused: the trouble is another', async () => {
    tokens.suspect('a0');
    await tokens.current(NONE);
    expect(tokens.suspect('a0')).toBe(true);
    expect(tokens.suspect('a1')).toBe(false);
    expect(await tokens.current(NONE)).toBe('a1');
    expect(asked).toHaveLength(1);
    await clock.advance(31_000);
    expect(tokens.suspect('a1')).toBe(true);
    expect(await tokens.current(NONE)).toBe('a2');
  });

  it('is refused to a host that is disabled: told once, asked for slowly, and taken up again when it may', async () => {
    tokens.suspect('a0');
    answer = refused('unauthorized_client');
    for (let second = 0; second < 300; second += 1) {
      await expect(tokens.current(NONE)).rejects.toMatchObject({ code: 'CredentialRefused', status: 401 });
      await clock.advance(1000);
    }
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.length).toBeLessThan(12);
    expect(errors()).toEqual([expect.stringContaining('until a person enables it again')]);
    expect((await file.read())?.refusal).toMatchObject({ code: 'unauthorized_client' });
    answer = async () => issued(7);
    await clock.advance(600_000);
    expect(await tokens.current(NONE)).toBe('a7');
    expect(await file.read()).not.toHaveProperty('refusal');
    expect(lines.at(-1)?.msg).toContain('again');
  });

  it('says again after a restart why it is refused', async () => {
    for (const one of [tokens, open()]) {
      one.suspect('a0');
      answer = refused('invalid_grant');
      await expect(one.current(NONE)).rejects.toMatchObject({ code: 'CredentialRefused' });
    }
    expect(errors()).toHaveLength(2);
    expect(errors()[1]).toContain('nanny-agent enroll --replace');
  });

  it('never writes over an identity that was enrolled or removed meanwhile', async () => {
    const other: Identity = { ...identity, privateKey: AgentKey.generate().toPem() };
    await file.write(other);
    tokens.suspect('a0');
    expect(await tokens.current(NONE)).toBe('a1');
    expect(await file.read()).toEqual(other);
    await file.remove();
    await clock.advance(500_000);
    expect(await tokens.current(NONE)).toBe('a2');
    await expect(readFile(file.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('goes on when the disk takes nothing, and says what that means', async () => {
    await rm(dir, { recursive: true });
    await writeFile(dir, 'A file where the folder should be.');
    tokens.suspect('a0');
    expect(await tokens.current(NONE)).toBe('a1');
    expect(errors()).toEqual([expect.stringContaining('Cannot write the tokens')]);
  });
});
