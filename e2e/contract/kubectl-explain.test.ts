/** `kubectl explain`, `api-resources`, `api-versions`, `version` and `get --raw`. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect, vi } from 'vitest';
import { describeKubectl } from './fixtures/kubectl-session.ts';

describeKubectl((test) => {
  test('explain tells of a custom kind, its fields, and fields in them', async (kubectl) => {
    const explain = (what: string, ...more: string[]) =>
      kubectl.must(['explain', what, ...more], { isUnrecorded: true });
    // A kube-apiserver publishes the schema of a new kind a moment after it serves the kind.
    await vi.waitFor(() => explain('wdg'), { timeout: 20_000, interval: 200 });
    expect(await explain('wdg')).toMatch(
      /GROUP: +GROUP\nKIND: +Widget\nVERSION: +v1\n\nDESCRIPTION:\n +A thing of tests\./,
    );
    expect(await explain('wdg.spec')).toMatch(/ {2}size\t<integer> -required-\n {4}Size in units\./);
    for (const field of [
      'wdg.spec.size',
      'wdg.spec.color',
      'wdg.spec.parts',
      'wdg.spec.parts.name',
      'wdg.spec.env',
      'wdg.spec.port',
      'wdg.spec.tags',
      'wdg.status.conditions',
    ]) {
      await kubectl.must(['explain', field]);
    }
    expect(await explain('wdg', '--recursive')).toMatch(
      / {4}parts\t<\[\]Object>\n {6}count\t<integer>\n {6}name\t<string> -required-\n/,
    );
    expect((await kubectl.run(['explain', 'wdg.spec.nope'])).stderr).toContain('field "nope" does not exist');
    await kubectl.run(['explain', 'nobody']);
  });

  test('explain tells the same by the older form of the schema', async (kubectl) => {
    const explain = () => kubectl.must(['explain', 'wdg', '--output=plaintext-openapiv2'], { isUnrecorded: true });
    expect(await vi.waitFor(explain, { timeout: 20_000, interval: 200 })).toContain('A thing of tests.');
    await kubectl.must(['explain', 'wdg.spec', '--output=plaintext-openapiv2']);
    await kubectl.must(['explain', 'wdg.spec.parts', '--output=plaintext-openapiv2', '--recursive']);
    const data = await kubectl.must(['explain', 'configmap.data', '--output=plaintext-openapiv2'], {
      isUnrecorded: true,
    });
    expect(data).toMatch(/FIELD: +data <map\[string\]string>/);
  });

  test('explain knows the fields of core kinds', async (kubectl) => {
    // The words are each server's own; the fields and their types are not.
    for (const [kind, field] of [
      ['configmap', 'binaryData\t<map[string]string>'],
      ['secret', 'stringData\t<map[string]string>'],
      ['namespace.status', 'phase\t<string>'],
      ['lease.spec', 'holderIdentity\t<string>'],
      ['events', 'lastTimestamp\t<string>'],
      ['crd.spec.names', 'shortNames\t<[]string>'],
      ['serviceaccount', 'metadata\t<ObjectMeta>'],
    ] as const) {
      expect(await kubectl.must(['explain', kind], { isUnrecorded: true })).toContain(`  ${field}`);
    }
  });

  test('api-resources lists a kind by its group, its names and its verbs', async (kubectl) => {
    const { group } = kubectl.widgets;
    expect(await kubectl.must(['api-resources', '--api-group', group])).toMatch(
      /^widgets +wdg +GROUP\/v1 +true +Widget$/m,
    );
    await kubectl.must(['api-resources', '--api-group', group, '-o', 'wide']);
    await kubectl.must(['api-resources', '--api-group', group, '-o', 'name', '--verbs=list,watch', '--namespaced']);
    await kubectl.must(['api-resources', '--api-group', group, '--namespaced=false']);
    await kubectl.must(['api-resources', '--api-group', 'coordination.k8s.io', '--verbs=deletecollection']);
    const all = await kubectl.must(['api-resources', '--no-headers'], { isUnrecorded: true });
    for (const line of [
      /^configmaps +cm +v1 +true +ConfigMap$/m,
      /^events +ev +v1 +true +Event$/m,
      /^namespaces +ns +v1 +false +Namespace$/m,
      /^nodes +no +v1 +false +Node$/m,
      /^secrets +v1 +true +Secret$/m,
      /^serviceaccounts +sa +v1 +true +ServiceAccount$/m,
      /^customresourcedefinitions +crds?,crds? +apiextensions\.k8s\.io\/v1 +false +CustomResourceDefinition$/m,
      /^leases +coordination\.k8s\.io\/v1 +true +Lease$/m,
    ]) {
      expect(all).toMatch(line);
    }
  });

  test('api-versions lists the groups', async (kubectl) => {
    const versions = (await kubectl.must(['api-versions'], { isUnrecorded: true })).split('\n');
    expect(versions).toEqual(
      expect.arrayContaining(['v1', 'GROUP/v1', 'apiextensions.k8s.io/v1', 'coordination.k8s.io/v1']),
    );
  });

  test('version tells of a server that is as old as its contract', async (kubectl) => {
    const answer = await kubectl.run(['version', '-o', 'json'], { isUnrecorded: true });
    const { serverVersion } = JSON.parse(answer.stdout) as { serverVersion: Record<string, string> };
    expect(serverVersion).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\./) });
  });

  test('get --raw reaches what has no verb', async (kubectl) => {
    const raw = (path: string, isUnrecorded = false) => kubectl.must(['get', '--raw', path], { isUnrecorded });
    for (const path of ['/healthz', '/livez', '/readyz']) expect(await raw(path)).toBe('ok');
    const { paths } = JSON.parse(await raw('/', true)) as { paths: string[] };
    expect(paths).toEqual(
      expect.arrayContaining([
        '/api',
        '/api/v1',
        '/apis',
        '/apis/GROUP',
        '/apis/GROUP/v1',
        '/openapi/v2',
        '/openapi/v3',
        '/version',
      ]),
    );
    expect(JSON.parse(await raw('/apis/GROUP'.replace('GROUP', kubectl.widgets.group), true))).toMatchObject({
      kind: 'APIGroup',
      name: 'GROUP',
    });
    expect((await kubectl.run(['get', '--raw', '/nope'])).stderr).toBe(
      'Error from server (NotFound): the server could not find the requested resource\n',
    );
    await kubectl.must(['create', 'configmap', 'cm', '--from-literal=a=1']);
    const path = `/api/v1/namespaces/${kubectl.namespace}/configmaps/cm`;
    expect(JSON.parse(await raw(path, true))).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    await kubectl.must(['delete', '--raw', path], { isUnrecorded: true });
    expect((await kubectl.run(['get', '--raw', path])).stderr).toContain('(NotFound)');
  });
});
