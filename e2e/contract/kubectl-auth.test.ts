/** `kubectl auth`, and roles and tokens by kubectl. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect } from 'vitest';
import { describeKubectl } from './fixtures/kubectl-session.ts';

describeKubectl((test) => {
  test('asks whether oneself or another may do something', async (kubectl) => {
    expect(await kubectl.must(['auth', 'can-i', 'delete', 'secrets'])).toBe('yes\n');
    await kubectl.must(['create', 'role', 'reader', '--verb=get,list', '--resource=configmaps,serviceaccounts/token']);
    await kubectl.must(['create', 'rolebinding', 'readers', '--role=reader', '--user=alice', '--serviceaccount=x:y']);
    await kubectl.must(['wait', '--for=create', 'rolebinding/readers', '--timeout=5s']);
    for (const [words, answer] of [
      [['get', 'configmaps', '--as', 'alice'], 'yes'],
      [['get', 'configmap/a', '--as', 'alice'], 'yes'],
      [['get', 'serviceaccounts', '--subresource=token', '--as', 'alice'], 'yes'],
      [['list', 'secrets', '--as', 'alice'], 'no'],
      [['get', 'configmaps', '--as', 'alice', '-A'], 'no'],
      [['get', 'configmaps', '--as', 'system:serviceaccount:x:y'], 'yes'],
      [['get', '/metrics', '--as', 'alice'], 'no'],
      [['get', '/version', '--as', 'alice'], 'yes'],
      [['get', 'nothing.example.com', '--as', 'bob', '--as-group', 'system:masters'], 'yes'],
    ] as const) {
      const { stdout } = await kubectl.run(['auth', 'can-i', ...words]);
      expect([words, stdout]).toEqual([words, `${answer}\n`]);
    }
  });

  test('lists what one may do', async (kubectl) => {
    await kubectl.must(['create', 'role', 'reader', '--verb=get', '--resource=configmaps', '--resource-name=a']);
    await kubectl.must(['create', 'rolebinding', 'readers', '--role=reader', '--user=lister']);
    const list = await kubectl.must([
      'auth',
      'can-i',
      '--list',
      '--as',
      'lister',
      '--as-group',
      'system:authenticated',
    ]);
    expect(list).toMatch(/^configmaps +\[\] +\[a\] +\[get\]$/m);
    expect(list).toMatch(/^selfsubjectreviews\.authentication\.k8s\.io +\[\] +\[\] +\[create\]$/m);
    await kubectl.must(['auth', 'can-i', '--list', '--as', 'nobody', '--as-group', 'nobodies']);
  });

  test('tells who one is', async (kubectl) => {
    const words = ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username} {.status.userInfo.groups}'];
    expect(await kubectl.must(words)).toBe('admin ["system:masters","system:authenticated"]');
    const other = [...words, '--as', 'alice', '--as-group', 'staff', '--as-uid', 'u-1'];
    expect(await kubectl.must(other)).toBe('alice ["staff","system:authenticated"]');
    await kubectl.must(['auth', 'whoami', '--as', 'alice', '--as-group', 'staff']);
    await kubectl.run(['auth', 'whoami', '--as', 'system:anonymous']);
  });

  test('makes roles and bindings, and shows them', async (kubectl) => {
    const resources = '--resource=configmaps,leases.coordination.k8s.io';
    await kubectl.must(['create', 'role', 'reader', '--verb=get,list', resources, '--resource-name=a']);
    await kubectl.must([
      'create',
      'rolebinding',
      'b',
      '--clusterrole=view',
      '--user=u',
      '--group=g',
      '--serviceaccount=n:s',
    ]);
    await kubectl.must(['get', 'roles,rolebindings', '-o', 'name']);
    await kubectl.must(['get', 'rolebindings', '-o', 'wide']);
    await kubectl.must(['describe', 'role', 'reader']);
    await kubectl.must(['describe', 'rolebinding', 'b']);
    await kubectl.must(['get', 'rolebinding', 'b', '-o', 'yaml']);
    await kubectl.must(['set', 'subject', 'rolebinding', 'b', '--user=v']);
    await kubectl.must(['describe', 'clusterrole', 'system:public-info-viewer']);
    await kubectl.must(['describe', 'clusterrolebinding', 'cluster-admin']);
    await kubectl.run(['create', 'role', 'bad', '--verb=get', '--resource=nothings']);
    await kubectl.run(['create', 'rolebinding', 'b', '--role=reader', '--user=x']);
    await kubectl.must(['delete', 'role', 'reader']);
  });

  test('brings roles and bindings to what a file says', async (kubectl) => {
    const file = (verbs: string[], users: string[]): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'r', namespace: kubectl.namespace },
            rules: [{ verbs, apiGroups: [''], resources: ['configmaps'] }],
          },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'b', namespace: kubectl.namespace },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
            subjects: users.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })),
          },
        ],
      });
    await kubectl.must(['auth', 'reconcile', '-f', '-'], { input: file(['get'], ['u']) });
    await kubectl.must(['auth', 'reconcile', '-f', '-'], { input: file(['list'], ['v']) });
    const verbs = await kubectl.must(['get', 'role', 'r', '-o', 'jsonpath={.rules[*].verbs}']);
    expect(verbs).toBe('["get"] ["list"]');
    await kubectl.must(['auth', 'reconcile', '--remove-extra-permissions', '--remove-extra-subjects', '-f', '-'], {
      input: file(['list'], ['v']),
    });
    expect(await kubectl.must(['get', 'role', 'r', '-o', 'jsonpath={.rules[*].verbs}'])).toBe('["list"]');
    await kubectl.must(['get', 'rolebinding', 'b', '-o', 'jsonpath={.subjects[*].name}']);
    await kubectl.must(['auth', 'reconcile', '--dry-run=client', '-f', '-'], { input: file(['watch'], ['w']) });
  });

  test('makes tokens and uses them', async (kubectl) => {
    await kubectl.must(['create', 'serviceaccount', 'robot']);
    const token = (
      await kubectl.run(['create', 'token', 'robot', '--duration=10m'], { isUnrecorded: true })
    ).stdout.trim();
    expect(token.split('.')).toHaveLength(3);
    const who = await kubectl.must(['auth', 'whoami', '--token', token, '-o', 'jsonpath={.status.userInfo.username}']);
    expect(who).toBe('system:serviceaccount:NAMESPACE:robot');
    await kubectl.run(['create', 'token', 'robot', '--duration=1m']);
    await kubectl.run(['create', 'token', 'nobody']);
    await kubectl.run(['create', 'token', 'robot', '--bound-object-kind=Secret', '--bound-object-name=nothing']);
  });

  test('tells people what they may not do', async (kubectl) => {
    await kubectl.run(['get', 'widgets', '--as', 'alice']);
    await kubectl.run(['get', 'secret', 'a', '--as', 'alice']);
    await kubectl.run(['delete', 'configmap', 'a', '--as', 'alice']);
    await kubectl.run(['create', 'configmap', 'a', '--as', 'alice']);
    await kubectl.run(['create', 'role', 'r', '--verb=*', '--resource=configmaps', '--as', 'alice']);
    await kubectl.run(['get', 'configmaps', '--as-group', 'alone']);
    await kubectl.run(['get', '--raw', '/metrics', '--as', 'alice']);
  });
});
