import { describe, expect, it } from 'vitest';
import { decodeObject } from './decode-object.ts';

/** A length-delimited field. */
function bytes(number: number, content: Buffer | string): Buffer {
  const body = Buffer.from(content);
  return Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
}

function envelope(kind: string, raw: Buffer, apiVersion = 'v1'): Buffer {
  const typeMeta = Buffer.concat([bytes(1, apiVersion), bytes(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, typeMeta), bytes(2, raw)]);
}

describe('decodeObject', () => {
  it('reads metadata, maps, bytes and booleans', () => {
    const labels = bytes(11, Buffer.concat([bytes(1, 'a'), bytes(2, 'b')]));
    const metadata = bytes(1, Buffer.concat([bytes(1, 'made'), bytes(2, ''), labels, bytes(14, 'x/y'), bytes(8, '')]));
    const data = bytes(2, Buffer.concat([bytes(1, 'key'), bytes(2, Buffer.from([1, 2]))]));
    const immutable = Buffer.from([5 * 8, 1]);
    expect(decodeObject(envelope('Secret', Buffer.concat([metadata, data, immutable])))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'made', labels: { a: 'b' }, finalizers: ['x/y'] },
      data: { key: 'AQI=' },
      immutable: true,
    });
  });

  it('reads messages in lists, and maps of lists', () => {
    const rule = Buffer.concat([bytes(1, 'get'), bytes(1, 'list'), bytes(2, ''), bytes(3, 'pods')]);
    const role = envelope(
      'Role',
      Buffer.concat([bytes(1, bytes(1, 'r')), bytes(2, rule)]),
      'rbac.authorization.k8s.io/v1',
    );
    expect(decodeObject(role)).toMatchObject({
      metadata: { name: 'r' },
      rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
    });
    const extra = bytes(5, Buffer.concat([bytes(1, 'key'), bytes(2, Buffer.concat([bytes(1, 'a'), bytes(1, 'b')]))]));
    const spec = bytes(2, Buffer.concat([bytes(1, bytes(2, 'get')), bytes(3, 'bob'), extra]));
    expect(decodeObject(envelope('SubjectAccessReview', spec, 'authorization.k8s.io/v1'))).toMatchObject({
      spec: { user: 'bob', resourceAttributes: { verb: 'get' }, extra: { key: ['a', 'b'] } },
    });
  });

  it.each([
    ['no magic', Buffer.from('{}')],
    ['a field that is cut', envelope('Secret', Buffer.from([10, 200, 1]))],
    ['an endless number', envelope('Secret', Buffer.from(Array.from({ length: 12 }, () => 0xff)))],
    ['a wire type that does not exist', envelope('Secret', Buffer.from([0x0f]))],
  ])('refuses %s', (_what, body) => {
    expect(() => decodeObject(body)).toThrowError(expect.objectContaining({ code: 'BadRequest' }));
  });

  it('refuses a kind that it does not know', () => {
    expect(() => decodeObject(envelope('Pod', Buffer.alloc(0)))).toThrowError(
      expect.objectContaining({ code: 'UnsupportedMediaType' }),
    );
  });
});
