import { expect, it } from 'vitest';
import { onEachServer, type ContractServer } from './servers.ts';

type Operations = Record<string, { 'x-kubernetes-action': string; 'x-kubernetes-group-version-kind': object }>;

/** `METHOD PATH` of all that an OpenAPI document of a group tells, without the old watch paths and the group itself. */
async function operationsOf(server: ContractServer, group: string): Promise<Map<string, Operations[string]>> {
  const index = await server.raw.send('GET', '/openapi/v3');
  const { body } = await server.raw.send('GET', index.body.paths[group].serverRelativeURL);
  const found = Object.entries(body.paths as Record<string, Operations>).flatMap(([path, operations]) =>
    path.includes('/watch/') || path.endsWith('/')
      ? []
      : Object.entries(operations)
          .filter(([method]) => method !== 'parameters')
          .map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
  return new Map(found);
}

onEachServer((server) => {
  it('says of questions that they can be asked, and of nothing else', async () => {
    const authorization = '/apis/authorization.k8s.io/v1';
    expect([...(await operationsOf(server, authorization.slice(1))).keys()].sort()).toEqual([
      `post ${authorization}/namespaces/{namespace}/localsubjectaccessreviews`,
      `post ${authorization}/selfsubjectaccessreviews`,
      `post ${authorization}/selfsubjectrulesreviews`,
      `post ${authorization}/subjectaccessreviews`,
    ]);
    const authentication = '/apis/authentication.k8s.io/v1';
    expect([...(await operationsOf(server, authentication.slice(1))).keys()].sort()).toEqual([
      `post ${authentication}/selfsubjectreviews`,
      `post ${authentication}/tokenreviews`,
    ]);
  });

  it('tells how tokens are asked for', async () => {
    const operations = await operationsOf(server, 'api/v1');
    const token = '/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token';
    expect([...operations.keys()].filter((key) => key.endsWith('/token'))).toEqual([`post ${token}`]);
    expect(operations.get(`post ${token}`)).toMatchObject({
      'x-kubernetes-action': 'post',
      'x-kubernetes-group-version-kind': { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    });
    expect(operations.has('delete /api/v1/namespaces')).toBe(false);
  });

  it('tells the same of roles and bindings', async () => {
    const keys = [...(await operationsOf(server, 'apis/rbac.authorization.k8s.io/v1')).keys()];
    const root = '/apis/rbac.authorization.k8s.io/v1';
    const item = ['delete', 'get', 'patch', 'put'];
    const collection = ['delete', 'get', 'post'];
    const expected = [
      'clusterroles',
      'clusterrolebindings',
      'namespaces/{namespace}/roles',
      'namespaces/{namespace}/rolebindings',
    ]
      .flatMap((plural) => [
        ...collection.map((method) => `${method} ${root}/${plural}`),
        ...item.map((method) => `${method} ${root}/${plural}/{name}`),
      ])
      .concat(`get ${root}/roles`, `get ${root}/rolebindings`);
    expect(keys.sort()).toEqual(expected.sort());
  });
});
