import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AgentKey } from './agent-key.ts';
import { makeProof } from './dpop-proof.ts';
import { NonceBox } from './nonce-box.ts';

const NOW = new Date('2026-11-25T12:00:00.500Z');
/** Key of RFC 8037 appendix A.1, as PKCS #8. */
const RFC_KEY = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(
  '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  'hex',
).toString('base64')}\n-----END PRIVATE KEY-----\n`;

const parts = (proof: string): Record<string, unknown>[] =>
  proof
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

describe('the key of a host', () => {
  it('has the thumbprint that RFC 8037 appendix A.3 computes', () => {
    const key = AgentKey.parse(RFC_KEY);
    expect(key.jwk.x).toBe('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
    expect(key.thumbprint).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    expect(AgentKey.parse(key.toPem()).thumbprint).toBe(key.thumbprint);
  });

  it.each([
    ['nothing', ''],
    ['another kind of key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIFBu\n-----END PRIVATE KEY-----\n'],
  ])('cannot be made of %s', (_, pem) => {
    expect(() => AgentKey.parse(pem)).toThrow(expect.objectContaining({ code: 'InvalidIdentity' }));
  });
});

describe('a DPoP proof', () => {
  const key = AgentKey.generate();
  const facts = { method: 'POST', url: new URL('https://nanny.example:8443/oauth/token?x=1#y'), now: NOW };

  it('holds what RFC 9449 section 4.2 asks for, and nothing of the private key', () => {
    const [head, claims] = parts(makeProof(key, { ...facts, nonce: 'n', accessToken: 'a' }));
    expect(head).toEqual({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: key.jwk.x } });
    expect(claims).toEqual({
      jti: expect.stringMatching(/^[\w-]{24}$/),
      htm: 'POST',
      htu: 'https://nanny.example:8443/oauth/token',
      iat: 1795608000,
      nonce: 'n',
      ath: createHash('sha256').update('a').digest('base64url'),
    });
  });

  it('is signed, each with an id of its own', () => {
    const proof = makeProof(key, { ...facts, nonce: undefined });
    const [head, claims, signature = ''] = proof.split('.');
    const isGood = verify(
      null,
      Buffer.from(`${head}.${claims}`),
      createPublicKey({ key: { ...key.jwk }, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    );
    expect(isGood).toBe(true);
    const other = makeProof(key, { ...facts, nonce: undefined });
    expect(parts(other)[1]?.jti).not.toBe(parts(proof)[1]?.jti);
    expect(parts(proof)[1]).not.toHaveProperty('nonce');
    expect(parts(proof)[1]).not.toHaveProperty('ath');
  });
});

describe('nonces', () => {
  it('are taken from every answer that brings one, and only in the characters that RFC 9449 allows', () => {
    const box = new NonceBox();
    expect(box.nonce).toBeUndefined();
    expect(box.take({ 'dpop-nonce': 'one' })).toBe(true);
    expect(box.take({})).toBe(false);
    expect(box.take({ 'dpop-nonce': 'a "quote"' })).toBe(false);
    expect(box.take({ 'dpop-nonce': 'x'.repeat(513) })).toBe(false);
    expect(box.nonce).toBe('one');
    expect(box.take({ 'dpop-nonce': 'two' })).toBe(true);
    expect(box.nonce).toBe('two');
  });
});
