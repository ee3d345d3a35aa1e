import { expect, it, vi } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf } from './write-answers.ts';

onEachServer((server) => {
  it.each<[string, string, object, string[]]>([
    ['configmaps', 'a key that is no file name', { data: { 'a b': '' } }, ['FieldValueInvalid data[a b]']],
    ['configmaps', 'a key that leaves its folder', { data: { '..': '' } }, ['FieldValueInvalid data[..]']],
    ['configmaps', 'a key twice', { data: { a: '' }, binaryData: { a: 'eA==' } }, ['FieldValueInvalid data[a]']],
    ['configmaps', 'more than a MiB', { data: { a: 'x'.repeat(1_048_577) } }, ['FieldValueTooLong []']],
    ['secrets', 'a key that is no file name', { stringData: { 'a b': '' } }, ['FieldValueInvalid data[a b]']],
    ['secrets', 'half a TLS pair', { type: 'kubernetes.io/tls' }, ['tls.crt', 'tls.key'].map(requiredEntry)],
    ['secrets', 'no key', { type: 'kubernetes.io/ssh-auth' }, ['ssh-privatekey'].map(requiredEntry)],
    ['secrets', 'no user', { type: 'kubernetes.io/basic-auth' }, ['username', 'password'].map(requiredEntry)],
    ['secrets', 'no registry', { type: 'kubernetes.io/dockerconfigjson' }, ['.dockerconfigjson'].map(requiredEntry)],
    [
      'events',
      'another namespace',
      { involvedObject: { namespace: 'x' } },
      ['FieldValueInvalid involvedObject.namespace'],
    ],
  ])('refuses %s with %s', async (plural, _what, fields, causes) => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/${plural}`;
    const answer = await server.raw.send('POST', path, { body: { metadata: { name: 'a' }, ...fields } });
    expect([answer.code, causesOf(answer)]).toEqual([422, causes]);
  });

  it('folds the text of a secret into its data, and never changes its type', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/secrets`;
    const { body } = await server.raw.send('POST', path, { body: { metadata: { name: 's' }, stringData: { a: 'b' } } });
    expect([body.data, body.stringData, body.type]).toEqual([{ a: 'Yg==' }, undefined, 'Opaque']);
    const other = await server.raw.send('PUT', `${path}/s`, { body: { ...body, type: 'x/y' } });
    expect([other.code, causesOf(other)]).toEqual([422, ['FieldValueInvalid type']]);
  });

  it('keeps the first namespaces, and three of them for good', async () => {
    for (const name of ['default', 'kube-public', 'kube-system']) {
      expect((await server.raw.send('DELETE', `/api/v1/namespaces/${name}`)).code).toBe(403);
    }
    expect((await server.raw.send('GET', '/api/v1/namespaces/kube-node-lease')).body.status).toEqual({
      phase: 'Active',
    });
    expect((await server.raw.send('DELETE', '/api/v1/namespaces')).code).toBe(405);
  });

  it('gives each namespace a default account, and again when it is deleted', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/serviceaccounts/default`;
    const there = async (): Promise<string> =>
      await vi.waitFor(
        async () => {
          const { code, body } = await server.raw.send('GET', path);
          expect(code).toBe(200);
          return body.metadata.uid as string;
        },
        { timeout: 20_000, interval: 50 },
      );
    const first = await there();
    await server.raw.send('DELETE', path);
    expect(await there()).not.toBe(first);
  });

  it('empties a namespace that is deleted, takes nothing new, and lets it go', async () => {
    const name = uniqueName('going');
    await server.raw.send('POST', '/api/v1/namespaces', { body: { metadata: { name, finalizers: ['a.b/c'] } } });
    const path = `/api/v1/namespaces/${name}`;
    await server.raw.send('POST', `${path}/configmaps`, { body: { metadata: { name: 'in' } } });
    const { body } = await server.raw.send('DELETE', path);
    expect(body.status.phase).toBe('Terminating');
    const late = await server.raw.send('POST', `${path}/configmaps`, { body: { metadata: { name: 'late' } } });
    expect([late.code, causesOf(late)]).toEqual([403, ['NamespaceTerminating metadata.namespace']]);
    const patch = {
      body: { metadata: { finalizers: null } },
      headers: { 'content-type': 'application/merge-patch+json' },
    };
    await server.raw.send('PATCH', path, patch);
    await vi.waitFor(async () => expect((await server.raw.send('GET', path)).code).toBe(404), {
      timeout: 20_000,
      interval: 50,
    });
  });
});

function requiredEntry(key: string): string {
  return `FieldValueRequired data[${key}]`;
}
