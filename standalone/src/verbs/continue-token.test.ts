import { describe, expect, it } from 'vitest';
import { continueExpired, decodeContinue, encodeContinue } from './continue-token.ts';

describe('a continue token', () => {
  it.each([
    [undefined, { namespace: 'ns', name: 'a' }],
    ['ns', { namespace: 'ns', name: 'a' }],
    [undefined, { namespace: '', name: 'cluster-scoped' }],
  ])('in namespace %s comes back as it was made', (namespace, after) => {
    const point = { revision: 7, after };
    expect(decodeContinue(encodeContinue(point, namespace), namespace)).toEqual(point);
  });

  it('of a list that has expired goes on at the newest revision', () => {
    const { code, continueToken } = continueExpired({ revision: 7, after: { namespace: 'ns', name: 'a' } }, 'ns');
    expect(code).toBe('Expired');
    expect(decodeContinue(continueToken ?? '', 'ns')).toEqual({ revision: -1, after: { namespace: 'ns', name: 'a' } });
  });

  it.each([
    '',
    'x',
    '{}',
    '[]',
    'null',
    '{"v":"meta.k8s.io/v2","rv":1,"start":"a"}',
    '{"v":"meta.k8s.io/v1","rv":0,"start":"a"}',
    '{"v":"meta.k8s.io/v1","rv":1.5,"start":"a"}',
    '{"v":"meta.k8s.io/v1","rv":1,"start":""}',
    '{"v":"meta.k8s.io/v1","rv":1,"start":"../a"}',
    '{"v":"meta.k8s.io/v1","rv":1,"start":7}',
  ])('of %s is refused', (text) => {
    const token = Buffer.from(text).toString('base64url');
    expect(() => decodeContinue(token, undefined)).toThrowError(expect.objectContaining({ code: 'BadRequest' }));
  });
});
