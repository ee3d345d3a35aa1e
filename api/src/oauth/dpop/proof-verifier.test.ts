import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { FakeClock } from '@nannyapi/process';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { OAuthHost } from '../../../testing/oauth-host.ts';
import { SecretKeys } from '../../secrets/secret-keys.ts';
import { Nonces } from './nonces.ts';
import { ProofVerifier, type ProofVerdict } from './proof-verifier.ts';

const ORIGIN = 'https://nanny.example.org';
const PATH = '/agent/v1/heartbeat';
const TOKEN = `nat.abc.${'x'.repeat(43)}`;

let clock: FakeClock;
let verifier: ProofVerifier;
let host: OAuthHost;

function replica(keys: SecretKeys, its: FakeClock = clock): ProofVerifier {
  const nonces = new Nonces(keys.derive('nonce'), its);
  return new ProofVerifier({ nonces, registry: new Registry(), origins: [`${ORIGIN}/`, 'https://127.0.0.1:7444'] });
}

beforeEach(() => {
  clock = new FakeClock(new Date('2026-11-25T12:00:00Z'));
  verifier = replica(SecretKeys.parse(SecretKeys.generate()));
  host = new OAuthHost(ORIGIN);
  host.nonce = verifier.nonce();
});

const verify = (proof: string | string[] | undefined, by = verifier): ProofVerdict =>
  by.verify({ method: 'POST', url: `${PATH}?x=1`, proof, accessToken: TOKEN });

describe('a proof', () => {
  it.each(['EdDSA', 'ES256'] as const)('made with %s for this request is good, and tells its key', (algorithm) => {
    const own = new OAuthHost(ORIGIN, algorithm);
    own.nonce = verifier.nonce();
    expect(verify(own.proof('POST', PATH, TOKEN))).toEqual({ kind: 'Good', thumbprint: own.thumbprint });
  });

  it.each([
    ['by another origin of ours', { claims: { htu: `https://127.0.0.1:7444${PATH}` } }],
    ['with query and fragment in its htu', { claims: { htu: `${ORIGIN}${PATH}?a=b#c` } }],
    ['by a host whose clock is a year behind', { claims: { iat: 1_700_000_000 } }],
    ['by a host whose clock is a year ahead', { claims: { iat: 1_900_000_000 } }],
  ])('is good %s', (_, changes) => {
    expect(verify(host.proof('POST', PATH, TOKEN, changes)).kind).toBe('Good');
  });

  it.each([
    ['for another method', { claims: { htm: 'GET' } }, 'htm'],
    ['for another path', { claims: { htu: `${ORIGIN}/agent/v1/stream` } }, 'htu'],
    ['for another host', { claims: { htu: `https://evil.example.org${PATH}` } }, 'htu'],
    ['for the same host by plain HTTP', { claims: { htu: `http://nanny.example.org${PATH}` } }, 'htu'],
    ['for no URL', { claims: { htu: 'nonsense' } }, 'htu'],
    ['for another access token', { claims: { ath: 'x'.repeat(43) } }, 'ath'],
    ['for no access token', { claims: { ath: undefined } }, 'ath'],
    ['with a short jti', { claims: { jti: 'short' } }, 'jti'],
    ['with a long jti', { claims: { jti: 'j'.repeat(65) } }, 'jti'],
    ['without iat', { claims: { iat: undefined } }, 'iat'],
    ['with a nonce that is no text', { claims: { nonce: 7 } }, 'nonce'],
    ['of another type', { header: { typ: 'JWT' } }, 'typ'],
    ['without a signature algorithm', { header: { alg: 'none' } }, 'alg'],
    ['with a MAC', { header: { alg: 'HS256' } }, 'alg'],
    ['with the algorithm of the other kind of key', { header: { alg: 'ES256' } }, 'alg'],
    ['with critical fields', { header: { crit: ['exp'] } }, 'critical'],
    ['without a key', { header: { jwk: undefined } }, 'jwk'],
    ['with a private key', { header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d: 'secret' } } }, 'jwk'],
    ['with a symmetric key', { header: { jwk: { kty: 'oct', k: 'AAAA' } } }, 'jwk'],
    ['with a key of another curve', { header: { jwk: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } } }, 'jwk'],
  ])('is wrong %s', (_, changes, named) => {
    expect(verify(host.proof('POST', PATH, TOKEN, changes))).toEqual({
      kind: 'Wrong',
      problem: expect.stringContaining(named),
    });
  });

  it('is wrong when its key is written with other than zero padding bits: a key has one thumbprint', () => {
    const x = String(host.jwk['x']);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(x.at(-1) ?? '') + 1] ?? '';
    expect(Buffer.from(x.slice(0, -1) + twin, 'base64url')).toEqual(Buffer.from(x, 'base64url'));
    const jwk = { ...host.jwk, x: x.slice(0, -1) + twin };
    expect(verify(host.proof('POST', PATH, TOKEN, { header: { jwk } })).kind).toBe('Wrong');
  });

  it('is wrong when somebody else signed it, and does not use up its jti', () => {
    const { privateKey: signer } = generateKeyPairSync('ed25519');
    const jti = randomUUID();
    expect(verify(host.proof('POST', PATH, TOKEN, { signer, claims: { jti } }))).toMatchObject({
      problem: expect.stringContaining('signature'),
    });
    expect(verify(host.proof('POST', PATH, TOKEN, { claims: { jti } })).kind).toBe('Good');
  });

  it.each([
    ['not there', undefined],
    ['empty', ''],
    ['there twice', ['a', 'b']],
    ['no JWS', 'nonsense'],
    ['of parts that are no JSON', 'a.b.c'],
    ['JSON but no object', `${Buffer.from('7').toString('base64url')}.e30.AA`],
    ['endless', `${'a'.repeat(5000)}.b.c`],
  ])('is wrong when it is %s', (_, proof) => {
    expect(verify(proof).kind).toBe('Wrong');
  });

  it('is refused by the same replica when it comes again, as long as its nonce is good', async () => {
    const proof = host.proof('POST', PATH, TOKEN);
    expect(verify(proof).kind).toBe('Good');
    for (const afterMs of [0, 29_000, 1000]) {
      await clock.advance(afterMs);
      expect(verify(proof)).toMatchObject({ kind: 'Wrong', problem: expect.stringContaining('used before') });
    }
    await clock.advance(30_000);
    expect(verify(proof)).toEqual({ kind: 'NonceWanted' });
  });

  it('of a P-256 key that is on no curve is wrong and breaks nothing', () => {
    const own = new OAuthHost(ORIGIN, 'ES256');
    own.nonce = verifier.nonce();
    const jwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };
    expect(verify(own.proof('POST', PATH, TOKEN, { header: { jwk } })).kind).toBe('Wrong');
  });
});

describe('a nonce', () => {
  it('is asked for when it is missing or not ours', () => {
    for (const nonce of [undefined, '', 'made-up', 'x'.repeat(27)])
      expect(verify(host.proof('POST', PATH, TOKEN, { claims: { nonce } }))).toEqual({ kind: 'NonceWanted' });
  });

  it('is good for 30 to 60 seconds, and on every replica that shares the keys', async () => {
    const keys = SecretKeys.generate();
    const [here, there] = [replica(SecretKeys.parse(keys)), replica(SecretKeys.parse(keys))];
    await clock.advance(29_000);
    host.nonce = here.nonce();
    await clock.advance(30_000);
    expect(verify(host.proof('POST', PATH, TOKEN), there).kind).toBe('Good');
    await clock.advance(1_000);
    expect(verify(host.proof('POST', PATH, TOKEN), there).kind).toBe('NonceWanted');
  });

  it('of a replica whose clock is a little ahead is good', async () => {
    const keys = SecretKeys.generate();
    const ahead = new FakeClock(new Date('2026-11-25T12:00:02Z'));
    await clock.advance(29_000);
    await ahead.advance(29_000);
    host.nonce = replica(SecretKeys.parse(keys), ahead).nonce();
    expect(verify(host.proof('POST', PATH, TOKEN), replica(SecretKeys.parse(keys))).kind).toBe('Good');
  });

  it('made with the key before the last is good while the keys are rotated', () => {
    const [old, fresh] = [SecretKeys.generate(), SecretKeys.generate()];
    host.nonce = replica(SecretKeys.parse(old)).nonce();
    expect(verify(host.proof('POST', PATH, TOKEN), replica(SecretKeys.parse(fresh + old))).kind).toBe('Good');
    expect(verify(host.proof('POST', PATH, TOKEN), replica(SecretKeys.parse(fresh))).kind).toBe('NonceWanted');
  });
});
