import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, Kubectl } from './kubectl.ts';
import { startWidgetServer } from './widget-server.ts';
import type { WidgetServer } from './widget-server.ts';

const isHere = hasKubectl();

let fixture: WidgetServer;
let kubectl: Kubectl;

beforeAll(async () => {
  fixture = await startWidgetServer();
  const { kubeconfigPath, dataDir } = fixture.server;
  kubectl = new Kubectl({ kubeconfigPath, cacheDir: join(dataDir, 'kubectl-cache') });
});
afterAll(async () => await fixture.close());

function manifest(name: string, spec: string): string {
  return `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

describe(`kubectl${isHere ? '' : ' (not on PATH: not run)'}`, () => {
  it.runIf(isHere)('applies a manifest, sees no change the second time, and configures a changed one', async () => {
    const apply = ['apply', '-f', '-'];
    expect(await kubectl.must(apply, manifest('applied', '{size: 2}'))).toContain('widget.example.com/applied created');
    expect(await kubectl.must(apply, manifest('applied', '{size: 2}'))).toContain('unchanged');
    expect(await kubectl.must(apply, manifest('applied', '{size: 4}'))).toContain('configured');
    expect(await kubectl.must(['get', 'wd', 'applied', '-o', 'jsonpath={.spec.size}'])).toBe('4');
  });

  it.runIf(isHere)('applies on the server, and reports a conflict by manager and field', async () => {
    const apply = ['apply', '--server-side', '-f', '-'];
    await kubectl.must(apply, manifest('served', '{size: 2}'));
    const other = await kubectl.run([...apply, '--field-manager=other'], manifest('served', '{size: 3}'));
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('.spec.size');
    await kubectl.must([...apply, '--field-manager=other', '--force-conflicts'], manifest('served', '{size: 3}'));
  });

  it.runIf(isHere)('refuses an unknown field by default and names it', async () => {
    const { code, stderr } = await kubectl.run(['create', '-f', '-'], manifest('typo', '{size: 2, colour: red}'));
    expect(code).toBe(1);
    expect(stderr).toContain('unknown field "spec.colour"');
  });

  it.runIf(isHere)('tells which rule an object breaks', async () => {
    const { stderr } = await kubectl.run(['create', '-f', '-'], manifest('bad', '{size: 8, color: black}'));
    expect(stderr).toContain('black widgets are small');
  });

  it.runIf(isHere)('shows the printer columns, by plural, short name and kind', async () => {
    await fixture.createWidget('shown');
    for (const name of ['widgets', 'wd', 'Widget', 'widgets.example.com']) {
      expect(await kubectl.must(['get', name, 'shown'])).toMatch(/NAME\s+COLOR\nshown\s+grey/);
    }
  });

  it.runIf(isHere)('follows changes with get -w', async () => {
    await fixture.createWidget('watched');
    const { child, lines } = kubectl.follow(['get', 'widgets', 'watched', '-w', '-o', 'custom-columns=C:.spec.color']);
    try {
      expect((await lines.next()).value).toBe('C');
      expect((await lines.next()).value).toBe('grey');
      await kubectl.must(['patch', 'widget', 'watched', '--type=merge', '-p', '{"spec":{"color":"blue"}}']);
      expect((await lines.next()).value).toBe('blue');
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  it.runIf(isHere)('follows changes as a table', async () => {
    await fixture.createWidget('tabled');
    const { child, lines } = kubectl.follow(['get', 'widgets', 'tabled', '-w']);
    try {
      expect((await lines.next()).value).toMatch(/^NAME\s+COLOR/);
      expect((await lines.next()).value).toMatch(/^tabled\s+grey/);
      await kubectl.must(['patch', 'widget', 'tabled', '--type=merge', '-p', '{"spec":{"color":"red"}}']);
      expect((await lines.next()).value).toMatch(/^tabled\s+red/);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  it.runIf(isHere)('waits for a condition on the status and for a deletion', async () => {
    await fixture.createWidget('awaited');
    const phase = kubectl.must(['wait', 'widget/awaited', '--for=jsonpath={.status.phase}=On', '--timeout=10s']);
    await kubectl.must([
      'patch',
      'widget',
      'awaited',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"On"}}',
    ]);
    expect(await phase).toContain('condition met');
    const deletion = kubectl.must(['wait', 'widget/awaited', '--for=delete', '--timeout=10s']);
    await kubectl.must(['delete', 'widget', 'awaited', '--wait=false']);
    await deletion;
    await kubectl.must(['wait', 'crd/widgets.example.com', '--for=condition=Established', '--timeout=10s']);
  });

  it.runIf(isHere)('describes an object with its events, and lists them', async () => {
    const created = await fixture.createWidget('told');
    const { uid, resourceVersion } = created.metadata;
    const involvedObject = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      name: 'told',
      namespace: 'default',
      uid,
      resourceVersion,
    };
    const event = {
      metadata: { name: 'told.1', namespace: 'default' },
      involvedObject,
      type: 'Normal',
      reason: 'Painted',
      message: 'Painted the widget grey',
      source: { component: 'test' },
      firstTimestamp: new Date().toISOString(),
      lastTimestamp: new Date().toISOString(),
      count: 1,
    };
    const posted = await fixture.raw.send('POST', '/api/v1/namespaces/default/events', { body: event });
    expect(posted.code).toBe(201);
    const described = await kubectl.must(['describe', 'widget', 'told']);
    expect(described).toMatch(/Color:\s+grey/);
    expect(described).toContain('Painted the widget grey');
    expect(await kubectl.must(['events', '--for', 'widget/told'])).toContain('Painted');
    expect(await kubectl.must(['get', 'events'])).toContain('Painted');
  });

  it.runIf(isHere)('explains fields from the schema', async () => {
    expect(await kubectl.must(['explain', 'widget.spec.size'])).toContain('Size in units.');
    expect(await kubectl.must(['explain', 'configmap.data'])).toContain('data');
  });

  it.runIf(isHere)('labels, annotates, patches, edits, and shows the difference before an apply', async () => {
    await fixture.createWidget('marked');
    await kubectl.must(['label', 'widget', 'marked', 'team=blue']);
    await kubectl.must(['annotate', 'widget', 'marked', 'note=hello']);
    const body = '[{"op":"replace","path":"/spec/size","value":5}]';
    await kubectl.must(['patch', 'widget', 'marked', '--type=json', '-p', body]);
    const { spec, metadata } = JSON.parse(await kubectl.must(['get', 'widget', 'marked', '-o', 'json']));
    expect([spec.size, metadata.labels, metadata.annotations]).toEqual([5, { team: 'blue' }, { note: 'hello' }]);
    const edited = await kubectl.run(['edit', 'widget', 'marked'], '', { KUBE_EDITOR: 'sed -i s/grey/green/' });
    expect(edited.stdout).toContain('edited');
    expect(await kubectl.must(['get', 'widget', 'marked', '-o', 'jsonpath={.spec.color}'])).toBe('green');
    const difference = await kubectl.run(['diff', '-f', '-'], manifest('marked', '{size: 6}'));
    expect(difference.code).toBe(1);
    expect(difference.stdout).toMatch(/-\s+size: 5\n\+\s+size: 6/);
  });

  it.runIf(isHere)('deletes by name, by selector and by file', async () => {
    await fixture.createWidget('gone-1');
    await fixture.createWidget('gone-2', { metadata: { labels: { sweep: 'yes' } } });
    await fixture.createWidget('gone-3');
    expect(await kubectl.must(['delete', 'widget', 'gone-1'])).toContain('deleted');
    expect(await kubectl.must(['delete', 'widgets', '-l', 'sweep=yes'])).toContain('gone-2');
    await kubectl.must(['delete', '-f', '-'], manifest('gone-3', '{size: 2}'));
    const { code, stderr } = await kubectl.run(['get', 'widget', 'gone-1']);
    expect([code, stderr.trim()]).toEqual([1, 'Error from server (NotFound): widgets.example.com "gone-1" not found']);
  });

  it.runIf(isHere)('lists the API resources and says the version', async () => {
    const resources = await kubectl.must(['api-resources', '--no-headers', '-o', 'name']);
    expect(resources.split('\n')).toEqual(
      expect.arrayContaining(['configmaps', 'namespaces', 'leases.coordination.k8s.io', 'widgets.example.com']),
    );
    expect(await kubectl.must(['version'])).toContain('Server Version');
  });

  it.runIf(isHere)('makes core objects by its generators', async () => {
    await kubectl.must(['create', 'namespace', 'made']);
    await kubectl.must(['create', 'configmap', 'made', '--from-literal=a=1', '-n', 'made']);
    await kubectl.must(['create', 'secret', 'generic', 'made', '--from-literal=b=2', '-n', 'made']);
    await kubectl.must(['create', 'serviceaccount', 'made', '-n', 'made']);
    const data = await kubectl.must(['get', 'configmap', 'made', '-n', 'made', '-o', 'jsonpath={.data}']);
    expect(JSON.parse(data)).toEqual({ a: '1' });
    await kubectl.must(['delete', 'namespace', 'made', '--timeout=10s']);
  });
});
