/** `kubectl wait` and `kubectl delete`. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect } from 'vitest';
import { describeKubectl, type KubectlSession } from './fixtures/kubectl-session.ts';
import { widgetText } from './fixtures/widgets.ts';

async function create(kubectl: KubectlSession, name: string, metadata: object = {}): Promise<void> {
  const widget = JSON.parse(widgetText(kubectl.widgets, name, { size: 1 })) as { metadata: object };
  const input = JSON.stringify({ ...widget, metadata: { ...widget.metadata, ...metadata } });
  await kubectl.must(['create', '-f', '-'], { input });
}

describeKubectl((test) => {
  test('wait sees conditions, fields, creations and deletions come, and says when they do not', async (kubectl) => {
    await create(kubectl, 'one');
    const waiting = kubectl.run(['wait', 'wdg/one', '--for=condition=Ready', '--timeout=20s']);
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'R',
      message: 'm',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const body = JSON.stringify({ status: { phase: 'On', conditions: [condition] } });
    await kubectl.must(['patch', 'wdg', 'one', '--subresource=status', '--type=merge', '-p', body]);
    expect(await waiting).toEqual({ code: 0, stdout: 'widget.GROUP/one condition met\n', stderr: '' });
    await kubectl.must(['wait', 'wdg/one', '--for=condition=Ready=True', '--timeout=5s']);
    await kubectl.must(['wait', 'wdg', '--all', '--for=jsonpath={.status.phase}=On', '--timeout=5s']);
    await kubectl.must(['wait', 'wdg/one', '--for=jsonpath={.status.phase}', '--timeout=5s']);
    expect((await kubectl.run(['wait', 'wdg/one', '--for=condition=Ready=False', '--timeout=1s'])).stderr).toContain(
      'timed out',
    );
    expect((await kubectl.run(['wait', 'wdg/nobody', '--for=condition=Ready', '--timeout=1s'])).code).toBe(1);
    await kubectl.run(['wait', 'wdg', '-l', 'no=one', '--for=condition=Ready', '--timeout=1s']);
    await kubectl.must(['wait', 'wdg/nobody', '--for=delete', '--timeout=5s']);
    const gone = kubectl.run(['wait', 'wdg/one', '--for=delete', '--timeout=20s'], { isUnrecorded: true });
    await kubectl.must(['delete', 'wdg', 'one', '--wait=false']);
    expect((await gone).code).toBe(0);
  });

  test('wait sees a kind established', async (kubectl) => {
    await kubectl.must([
      'wait',
      'crd',
      `widgets.${kubectl.widgets.group}`,
      '--for=condition=Established',
      '--timeout=5s',
    ]);
  });

  test('delete takes names, selectors, files and all there are', async (kubectl) => {
    for (const [name, app] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
      ['d', 'y'],
      ['e', 'z'],
      ['f', 'z'],
    ] as const) {
      await create(kubectl, name, { labels: { app } });
    }
    expect(await kubectl.must(['delete', 'wdg', 'a'])).toMatch(/^widget\.GROUP "a" deleted/);
    expect(await kubectl.must(['delete', 'wdg/b', 'wdg/c'])).toMatch(/"b" deleted.*\n.*"c" deleted/);
    await kubectl.must(['delete', 'wdg', '-l', 'app=y']);
    await kubectl.must(['delete', 'wdg', '--field-selector', 'metadata.name=e']);
    expect((await kubectl.run(['delete', 'wdg', 'a'])).stderr).toBe(
      'Error from server (NotFound): widgets.GROUP "a" not found\n',
    );
    await kubectl.must(['delete', 'wdg', 'a', '--ignore-not-found']);
    await kubectl.must(['delete', '-f', '-'], { input: widgetText(kubectl.widgets, 'f', { size: 1 }) });
    await create(kubectl, 'g');
    await kubectl.must(['delete', 'wdg', '--all', '--now']);
    expect(await kubectl.must(['get', 'wdg', '-o', 'name', '--ignore-not-found'])).toBe('');
    await kubectl.run(['delete', 'wdg']);
  });

  // A kube-apiserver's garbage collector learns of new kinds half a minute late; it knows ConfigMaps.
  for (const [cascade, survivors] of [
    ['background', ''],
    ['foreground', ''],
    ['orphan', 'configmap/child\n'],
  ] as const) {
    test(`delete --cascade=${cascade} ${survivors ? 'leaves' : 'takes'} what the object owns`, async (kubectl) => {
      await kubectl.must(['create', 'configmap', 'owner']);
      const uid = await kubectl.uidOf('configmap/owner');
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, blockOwnerDeletion: true };
      const child = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', ownerReferences: [owner] } };
      await kubectl.must(['create', '-f', '-'], { input: JSON.stringify(child) });
      await kubectl.must(['delete', 'cm', 'owner', `--cascade=${cascade}`, '--timeout=20s']);
      if (survivors === '') {
        await kubectl.must(['wait', 'cm/child', '--for=delete', '--timeout=20s'], { isUnrecorded: true });
      }
      const left = ['get', 'cm', '-o', 'name', '--field-selector', 'metadata.name!=kube-root-ca.crt'];
      expect(await kubectl.must(left)).toBe(survivors);
      if (survivors === '') return;
      expect(await kubectl.must(['get', 'cm', 'child', '-o', 'jsonpath={.metadata.ownerReferences}'])).toBe('');
    });
  }

  test('delete waits for finalizers, or does not', async (kubectl) => {
    await create(kubectl, 'held', { finalizers: ['example.com/hold'] });
    expect((await kubectl.run(['delete', 'wdg', 'held', '--timeout=1s'], { isUnrecorded: true })).code).toBe(1);
    expect(await kubectl.must(['delete', 'wdg', 'held', '--wait=false'])).toContain('deleted');
    expect(await kubectl.must(['get', 'wdg', 'held', '-o', 'jsonpath={.metadata.deletionTimestamp}'])).toBe('TIME');
    const waiting = kubectl.run(['wait', 'wdg/held', '--for=delete', '--timeout=20s'], { isUnrecorded: true });
    await kubectl.must([
      'patch',
      'wdg',
      'held',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    ]);
    expect((await waiting).code).toBe(0);
  });

  test('delete of a namespace empties it', async (kubectl) => {
    await create(kubectl, 'one');
    await kubectl.must(['create', 'configmap', 'cm']);
    expect(await kubectl.must(['delete', 'namespace', kubectl.namespace, '--timeout=25s'])).toMatch(
      /^namespace "NAMESPACE" deleted/,
    );
    await kubectl.run(['get', 'namespace', kubectl.namespace]);
    await kubectl.run(['create', 'configmap', 'cm']);
  });
});
