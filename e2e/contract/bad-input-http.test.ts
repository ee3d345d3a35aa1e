import { describe, expect, it } from 'vitest';
import { hangUpAfter, talk } from './fixtures/raw-socket.ts';
import { onEachServer } from './servers.ts';

const BODY = '{"metadata":{"name":"smuggled"}}';
const LENGTH = BODY.length;

/** What every server must make of a request: take it, or refuse it as the client's fault or its own inability. */
type Verdict = 'taken' | 'refused';

onEachServer((server) => {
  const authorization = `Authorization: Bearer ${server.adminToken}\r\n`;
  const post = (headers: string, body: string): string =>
    `POST /api/v1/namespaces/default/configmaps?dryRun=All HTTP/1.1\r\nHost: a\r\n${authorization}Content-Type: application/json\r\n${headers}\r\n${body}`;
  const get = (headers = '', path = '/healthz'): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

  describe('a request line', () => {
    it.each<[string, string | Buffer, Verdict]>([
      ['of HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 'taken'],
      ['with the server in its target', 'GET https://elsewhere/healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'taken'],
      ['of HTTP/0.9', 'GET /healthz\r\n\r\n', 'refused'],
      ['of HTTP/2.0', 'GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n', 'refused'],
      ['of HTTP/9.9', 'GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n', 'refused'],
      ['of HTTP/2 without ALPN', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'refused'],
      ['that is noise', '\u0000\u0001\u0002\r\n\r\n', 'refused'],
      ['without a method', ' /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
      ['with a method of odd characters', 'G@T /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
      ['with a space in its target', 'GET /heal thz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
      ['with NUL in its target', 'GET /heal\0thz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
      ['with a target that is no path', 'GET healthz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
      ['with malformed percent-encoding', 'GET /healthz%zz HTTP/1.1\r\nHost: a\r\n\r\n', 'refused'],
    ])('%s is answered or refused alike', async (_what, bytes, verdict) => {
      expect(await verdictOf(bytes)).toBe(verdict);
    });
  });

  describe('headers', () => {
    it.each<[string, string, Verdict]>([
      ['of 300,000 bytes', get(`X: ${'x'.repeat(300_000)}\r\n`), 'taken'],
      ['of 2 MB', get(`X: ${'x'.repeat(2_000_000)}\r\n`), 'refused'],
      ['without Host', 'GET /healthz HTTP/1.1\r\n\r\n', 'refused'],
      ['with two Hosts', get('Host: b\r\n'), 'refused'],
      ['with a Host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b/c\r\n\r\n', 'refused'],
      ['with a space before the colon', get('X : a\r\n'), 'refused'],
      ['without a colon', get('XX\r\n'), 'refused'],
      ['without a name', get(': x\r\n'), 'refused'],
      ['with NUL', get('X: a\0b\r\n'), 'refused'],
      ['with a bare CR', get('X: a\rb\r\n'), 'refused'],
      ['that ask for a web socket where there is none', get('Connection: Upgrade\r\nUpgrade: websocket\r\n'), 'taken'],
    ])('%s are taken or refused alike', async (_what, bytes, verdict) => {
      expect(await verdictOf(bytes)).toBe(verdict);
    });
  });

  describe('a body', () => {
    it.each<[string, string, Verdict]>([
      [
        'in chunks',
        post('Transfer-Encoding: chunked\r\n', `${LENGTH.toString(16)};x=1\r\n${BODY}\r\n0\r\n\r\n`),
        'taken',
      ],
      ['with two lengths', post(`Content-Length: ${LENGTH}\r\nContent-Length: 5\r\n`, BODY), 'refused'],
      ['of a negative length', post('Content-Length: -1\r\n', BODY), 'refused'],
      ['of a hexadecimal length', post('Content-Length: 0x1c\r\n', BODY), 'refused'],
      ['of a signed length', post(`Content-Length: +${LENGTH}\r\n`, BODY), 'refused'],
      ['of an absurd length', post(`Content-Length: ${'9'.repeat(30)}\r\n`, BODY), 'refused'],
      ['in a coding that nobody knows', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 'refused'],
      ['in two codings', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 'refused'],
      ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'refused'],
      ['with a length and chunks', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'refused'],
      [
        'with a chunk size that is none',
        post('Transfer-Encoding: chunked\r\n', `zz\r\n${BODY}\r\n0\r\n\r\n`),
        'refused',
      ],
      ['with a negative chunk', post('Transfer-Encoding: chunked\r\n', `-1\r\n${BODY}\r\n0\r\n\r\n`), 'refused'],
      [
        'with an absurd chunk',
        post('Transfer-Encoding: chunked\r\n', `${'f'.repeat(17)}\r\n${BODY}\r\n0\r\n\r\n`),
        'refused',
      ],
      ['with a chunk longer than said', post('Transfer-Encoding: chunked\r\n', '3\r\nabcdef\r\n0\r\n\r\n'), 'refused'],
    ])('%s is taken or refused alike', async (_what, bytes, verdict) => {
      expect(await verdictOf(bytes)).toBe(verdict);
    });

    it('is waited for after 100 Continue', async () => {
      const { codes } = await talk(server, post(`Content-Length: ${LENGTH}\r\nExpect: 100-continue\r\n`, BODY), 2);
      expect(codes).toEqual([100, 201]);
    });

    it('that stops in the middle creates nothing', async () => {
      const half = post('Content-Length: 4000\r\n', '{"metadata":{"name":"half"}').replace('dryRun=All', '');
      await hangUpAfter(server, half);
      expect((await server.raw.send('GET', '/api/v1/namespaces/default/configmaps/half')).code).toBe(404);
    });
  });

  it('answers pipelined requests in their order', async () => {
    const mixed = `${get('', '/livez')}${post(`Content-Length: ${LENGTH}\r\n`, BODY)}${get('', '/nothing')}${get()}`;
    const { codes } = await talk(server, mixed, 4);
    expect(codes.map((code) => Math.floor(code / 100))).toEqual([2, 2, 4, 2]);
  });

  it('takes the first of two credentials, and never the second', async () => {
    const path = '/api/v1/namespaces/default';
    expect((await talk(server, get(`${authorization}Authorization: Bearer wrong\r\n`, path))).codes).toEqual([200]);
    expect((await talk(server, get(`Authorization: Bearer wrong\r\n${authorization}`, path))).codes).toEqual([401]);
  });

  it('is well after all that', async () => {
    expect((await server.raw.send('GET', '/readyz')).text).toBe('ok');
  });

  async function verdictOf(bytes: string | Buffer): Promise<string> {
    const { codes } = await talk(server, bytes);
    if (codes.length > 1) return `answered ${codes.length} times`;
    return codes[0] !== undefined && codes[0] < 300 ? 'taken' : 'refused';
  }
});
