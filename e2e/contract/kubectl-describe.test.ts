/** `kubectl describe`, `events`, and the core kinds that `kubectl create` makes by itself. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect } from 'vitest';
import { describeKubectl, type KubectlSession } from './fixtures/kubectl-session.ts';
import { widgetText } from './fixtures/widgets.ts';

/** Stores an event about an object of the namespace. */
async function tell(
  kubectl: KubectlSession,
  about: { name: string; [field: string]: string },
  event: { reason: string; [field: string]: unknown },
): Promise<void> {
  const { namespace } = kubectl;
  const input = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.name}.${event.reason.toLowerCase()}`, namespace },
    involvedObject: { namespace, ...about },
    source: { component: 'tester' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 1,
    ...event,
  });
  await kubectl.must(['create', '-f', '-', '-o', 'jsonpath={.reason}'], { input });
}

describeKubectl((test) => {
  test('describe shows an object with its status and what was told of it', async (kubectl) => {
    const spec = { size: 2, color: 'blue', parts: [{ name: 'p', count: 1 }], env: { A: 'b' } };
    await kubectl.must(['create', '-f', '-'], { input: widgetText(kubectl.widgets, 'one', spec, { app: 'x' }) });
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'R',
      message: 'm',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const body = JSON.stringify({ status: { phase: 'On', conditions: [condition] } });
    await kubectl.must(['patch', 'wdg', 'one', '--subresource=status', '--type=merge', '-p', body]);
    const { apiVersion, suffix } = kubectl.widgets;
    const about = { apiVersion, kind: `Widget${suffix}`, name: 'one', uid: await kubectl.uidOf('wdg/one') };
    await tell(kubectl, about, { type: 'Normal', reason: 'Painted', message: 'Painted it blue.' });
    await tell(kubectl, about, { type: 'Warning', reason: 'Dropped', message: 'It fell.', count: 3 });
    await tell(
      kubectl,
      { kind: 'Other', name: 'two', uid: 'x' },
      { type: 'Normal', reason: 'Elsewhere', message: 'No.' },
    );
    const described = await kubectl.must(['describe', 'wdg', 'one']);
    for (const part of [
      /^ {2}Color: +blue$/m,
      /^ {2}Phase: +On$/m,
      /Normal +Painted +AGE +tester +Painted it blue\./,
      /Dropped +AGE \(x3 over AGE\)/,
    ]) {
      expect(described).toMatch(part);
    }
    expect(described).not.toContain('Elsewhere');
    await kubectl.must(['describe', 'wdg', '-l', 'app=x']);
    expect((await kubectl.run(['describe', 'wdg', 'nobody'])).stderr).toContain('(NotFound)');
  });

  test('events lists what was told, of all or of one object, by type', async (kubectl) => {
    await tell(
      kubectl,
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'cm' },
      { type: 'Warning', reason: 'Because', message: 'It happened.' },
    );
    await tell(
      kubectl,
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'other' },
      { type: 'Normal', reason: 'Why', message: 'Fine.' },
    );
    for (const args of [['events'], ['get', 'events.v1.']]) {
      expect(await kubectl.must([...args, '--no-headers'])).toMatch(/Because[^\n]*\n.*Why/s);
    }
    expect(await kubectl.must(['events', '--for', 'cm/cm', '--no-headers'])).toMatch(
      /^AGE +Warning +Because +ConfigMap\/cm +It happened\.\n$/,
    );
    expect(await kubectl.must(['events', '--types=Normal', '--no-headers'])).toMatch(/^AGE +Normal +Why .*\n$/);
    await kubectl.must(['get', 'events.v1.', '-o', 'wide']);
    await kubectl.must([
      'get',
      'events.v1.',
      '--field-selector',
      'involvedObject.name=cm,type=Warning',
      '-o',
      'jsonpath={.items[*].reason}',
    ]);
    await kubectl.must(['get', 'events.v1.', '--field-selector', 'reason=Nope', '-o', 'name']);
    await kubectl.must(['events', '-o', 'yaml']);
  });

  test('create makes configmaps, secrets, service accounts and namespaces', async (kubectl) => {
    await kubectl.must(['create', 'configmap', 'cm', '--from-literal=a=1']);
    expect((await kubectl.run(['create', 'configmap', 'cm'])).stderr).toBe(
      'error: failed to create configmap: configmaps "cm" already exists\n',
    );
    await kubectl.must(['create', 'secret', 'generic', 'sec', '--from-literal=p=q']);
    await kubectl.must(['create', 'serviceaccount', 'robot']);
    await kubectl.run(['create', 'namespace', kubectl.namespace]);
    await kubectl.run(['create', 'namespace', 'No_Name']);
    await kubectl.run([
      'create',
      'secret',
      'docker-registry',
      'x',
      '--docker-server=s',
      '--docker-username=u',
      '--docker-password=p',
    ]);
    for (const object of ['cm/cm', 'secret/sec', 'sa/robot', `ns/${kubectl.namespace}`]) {
      await kubectl.must(['get', object]);
      await kubectl.must(['get', object, '-o', 'yaml']);
    }
    for (const object of ['cm/cm', 'secret/sec', 'sa/robot']) await kubectl.must(['describe', object]);
    await kubectl.must(['get', 'ns', kubectl.namespace, '-o', 'wide']);
    await kubectl.run(['create', '-f', '-'], {
      input: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"bad"},"data":{"a":"%"}}',
    });
    await kubectl.run(['create', '-f', '-'], {
      input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},"data":{"a/b":"x"}}',
    });
  });

  test('leases are made and shown', async (kubectl) => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 10 },
    };
    await kubectl.must(['create', '-f', '-'], { input: JSON.stringify(lease) });
    expect(await kubectl.must(['get', 'lease'])).toMatch(/^NAME +HOLDER +AGE\nl +me +AGE\n/);
    await kubectl.must(['describe', 'lease', 'l']);
  });

  test('nodes are data', async (kubectl) => {
    const name = `node-${kubectl.namespace}`;
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone: 'a' } } };
    await kubectl.must(['create', '-f', '-'], { input: JSON.stringify(node) });
    await kubectl.must(['label', 'node', name, 'zone=b', '--overwrite']);
    await kubectl.must(['get', 'node', name, '-o', 'jsonpath={.metadata.labels}']);
    expect(await kubectl.must(['get', 'node', name])).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION\n/);
    await kubectl.must(['delete', 'node', name]);
  });
});
