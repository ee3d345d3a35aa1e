import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './logger.ts';

function capture(): { log: Logger; lines: () => Record<string, unknown>[]; text: () => string } {
  const written: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => written.push(line) } });
  return {
    log,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('createLogger', () => {
  it('writes one JSON object a line with level name, time, fields and message', () => {
    const { log, lines } = capture();
    log.info({ kind: 'AgentTask', name: 'a-0' }, 'Created task');
    expect(lines()).toEqual([
      {
        level: 'info',
        logger: 'test',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        kind: 'AgentTask',
        name: 'a-0',
        msg: 'Created task',
      },
    ]);
  });

  it('removes secrets by key at any depth and in any spelling', () => {
    const { log, text } = capture();
    log.info(
      {
        token: 'S3CRET',
        accessToken: 'S3CRET',
        refresh_token: 'S3CRET',
        deep: { list: [{ Authorization: 'Bearer S3CRET' }], 'X-Api-Key': 'S3CRET', client_secret: { value: 'S3CRET' } },
        password: 12345678,
        headers: { cookie: 'S3CRET', 'Set-Cookie': ['S3CRET'] },
      },
      'Called',
    );
    expect(text()).not.toMatch(/S3CRET|12345678/);
    expect(text()).toContain('[redacted]');
  });

  it('removes secrets from the bindings of child loggers and of their children', () => {
    const { log, text } = capture();
    log
      .child({ bearerToken: 'S3CRET' })
      .child({ secret: 'S3CRET', deep: { password: 'S3CRET' } })
      .info('Called');
    expect(text()).not.toContain('S3CRET');
  });

  it.each([
    `nat.4e1f0c9a77d2b3586a10.${'x'.repeat(43)}`,
    `nrt.4e1f0c9a77d2b3586a10.${'-_9'.repeat(14)}Z`,
    `net.rack-7.${'x'.repeat(43)}`,
    `npt.github-a1d0c6e83f027327.${'x'.repeat(43)}`,
    `eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0abc.${'s'.repeat(43)}`,
  ])('removes a token wherever it stands: %s', (token) => {
    const { log, lines, text } = capture();
    log.warn({ url: `/x?t=${token}&y=1`, err: new Error(`refused ${token}`), list: [token] }, 'Called');
    expect(text()).not.toContain(token);
    expect(lines()[0]).toMatchObject({ url: '/x?t=[redacted]&y=1', list: ['[redacted]'] });
  });

  it('leaves names alone that only begin like tokens', () => {
    const { log, lines } = capture();
    const fields = { host: 'net.example.com', path: '/nat.conf', version: 'eyJ' };
    log.info(fields, 'Called');
    expect(lines()[0]).toMatchObject(fields);
  });

  it('leaves counts of model tokens alone', () => {
    const { log, lines } = capture();
    log.info({ inputTokens: 12, usesToken: true }, 'Asked');
    expect(lines()[0]).toMatchObject({ inputTokens: 12, usesToken: true });
  });

  it('writes type, message, stack, code and cause of an error, without its secrets', () => {
    const { log, lines, text } = capture();
    const cause = Object.assign(new Error('socket closed'), { code: 'ECONNRESET', token: 'S3CRET' });
    log.error({ err: new TypeError('no answer', { cause }) }, 'Failed');
    expect(lines()[0]).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'no answer',
        stack: expect.stringContaining('logger.test.ts'),
        cause: { message: 'socket closed', code: 'ECONNRESET' },
      },
    });
    expect(text()).not.toContain('S3CRET');
  });

  it('leaves request and reply to their serializers and writes only the class of other instances', () => {
    class Socket {
      readonly buffer = 'bulk';
    }
    const { log, lines } = capture();
    const serializers = { req: (request: { method: string }) => ({ method: request.method }) };
    const request = Object.create({ method: 'GET' }) as object;
    log.child({}, { serializers }).info({ req: request, socket: new Socket(), url: new URL('https://a.test/') }, 'In');
    expect(lines()[0]).toMatchObject({ req: { method: 'GET' }, socket: '[Socket]', url: 'https://a.test/' });
  });

  it('survives values that JSON cannot hold', () => {
    const { log, lines } = capture();
    const cyclic: Record<string, unknown> = {
      big: 10n,
      bad: new Date(Number.NaN),
      set: new Set([1]),
      bytes: Buffer.from('x'),
    };
    cyclic.self = cyclic;
    log.info({ cyclic }, 'Odd');
    expect(lines()[0]).toMatchObject({ cyclic: { big: '10', bad: 'Invalid Date', set: '[Set]', bytes: '[Buffer]' } });
  });
});
