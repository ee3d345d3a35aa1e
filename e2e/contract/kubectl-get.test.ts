/** `kubectl get` in all its forms. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect } from 'vitest';
import { describeKubectl, type KubectlSession } from './fixtures/kubectl-session.ts';
import { widgetText } from './fixtures/widgets.ts';

async function createThree(kubectl: KubectlSession): Promise<void> {
  const { widgets } = kubectl;
  const spec = {
    size: 2,
    color: 'blue',
    tags: ['b', 'a'],
    parts: [{ name: 'p', count: 1 }],
    env: { A: 'b' },
    port: 80,
  };
  await kubectl.must(['create', '-f', '-'], { input: widgetText(widgets, 'one', spec, { app: 'x' }) });
  await kubectl.must(['create', '-f', '-'], {
    input: widgetText(widgets, 'two', { size: 3 }, { app: 'y', tier: 'z' }),
  });
  await kubectl.must(['create', '-f', '-'], { input: widgetText(widgets, 'three', { size: 1, color: 'red' }) });
}

describeKubectl((test) => {
  test('get prints the columns of the kind, the wide ones when asked', async (kubectl) => {
    await createThree(kubectl);
    expect(await kubectl.must(['get', 'wdg'])).toBe(
      'NAME    COLOR   AGE\none     blue    AGE\nthree   red     AGE\ntwo     grey    AGE\n',
    );
    expect(await kubectl.must(['get', 'widgets', '-o', 'wide'])).toMatch(
      /^NAME +COLOR +SIZE +AGE\none +blue +2 +AGE\n/,
    );
    for (const name of [
      'widget',
      'Widget',
      `widgets.${kubectl.widgets.group}`,
      `widgets.v1.${kubectl.widgets.group}`,
    ]) {
      expect(await kubectl.must(['get', name, 'one', '--no-headers'])).toMatch(/^one +blue +AGE\n$/);
    }
    await kubectl.must(['get', 'wdg', '--show-labels']);
    await kubectl.must(['get', 'wdg', '-L', 'app,tier']);
    await kubectl.must(['get', 'wdg', '--show-kind']);
    await kubectl.must(['get', 'wdg/one', 'wdg/two']);
    await kubectl.must(['get', 'wdg,cm']);
  });

  test('get prints objects as YAML and JSON, and what templates pick of them', async (kubectl) => {
    await createThree(kubectl);
    await kubectl.must(['get', 'wdg', 'one', '-o', 'yaml']);
    await kubectl.must(['get', 'wdg', 'one', '-o', 'json']);
    await kubectl.must(['get', 'wdg', 'one', '-o', 'yaml', '--show-managed-fields']);
    await kubectl.must(['get', 'wdg', '-o', 'yaml']);
    expect(await kubectl.must(['get', 'wdg', '-o', 'name'])).toBe(
      'widget.GROUP/one\nwidget.GROUP/three\nwidget.GROUP/two\n',
    );
    expect(await kubectl.must(['get', 'wdg', '-o', 'jsonpath={.items[*].spec.color}'])).toBe('blue red grey');
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'go-template={{.spec.size}}'])).toBe('2');
    expect(await kubectl.must(['get', 'wdg', '-o', 'custom-columns=N:.metadata.name,C:.spec.color,X:.nope'])).toMatch(
      /^N +C +X\none +blue +<none>\n/,
    );
    await kubectl.must(['get', 'wdg', 'one', '--subresource=status', '-o', 'yaml']);
  });

  test('get selects by labels and by fields', async (kubectl) => {
    await createThree(kubectl);
    const names = (args: string[]) => kubectl.must(['get', 'wdg', '-o', 'name', ...args]);
    expect(await names(['-l', 'app=y'])).toBe('widget.GROUP/two\n');
    expect(await names(['-l', 'app in (x,y),!tier'])).toBe('widget.GROUP/one\n');
    expect(await names(['-l', 'app notin (x)'])).toBe('widget.GROUP/three\nwidget.GROUP/two\n');
    expect(await names(['--field-selector', 'spec.color=blue'])).toBe('widget.GROUP/one\n');
    expect(await names(['--field-selector', 'metadata.name!=one'])).toBe('widget.GROUP/three\nwidget.GROUP/two\n');
    for (const args of [
      ['-l', 'app in'],
      ['-l', 'a b'],
      ['--field-selector', 'spec.size=3'],
      ['--field-selector', 'x'],
    ]) {
      expect(await kubectl.run(['get', 'wdg', ...args])).toMatchObject({ code: 1, stdout: '' });
    }
  });

  test('get sorts, pages and spans namespaces', async (kubectl) => {
    await createThree(kubectl);
    expect(await kubectl.must(['get', 'wdg', '--sort-by', '.spec.size', '-o', 'name'])).toBe(
      'widget.GROUP/three\nwidget.GROUP/one\nwidget.GROUP/two\n',
    );
    expect(await kubectl.must(['get', 'wdg', '--sort-by', '.spec.size'])).toMatch(/three.*\n.*one.*\n.*two/);
    expect(await kubectl.must(['get', 'wdg', '--chunk-size=1'])).toBe(
      await kubectl.must(['get', 'wdg', '--chunk-size=0']),
    );
    const everywhere = [
      'get',
      'wdg',
      '-A',
      '--no-headers',
      '--field-selector',
      `metadata.namespace=${kubectl.namespace}`,
    ];
    expect(await kubectl.must(everywhere)).toMatch(/^NAMESPACE +one +blue +AGE\n/);
  });

  test('get says what is not there', async (kubectl) => {
    await createThree(kubectl);
    expect(await kubectl.run(['get', 'wdg', 'nobody'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): widgets.GROUP "nobody" not found\n',
    });
    await kubectl.run(['get', 'wdg', 'one', 'nobody']);
    await kubectl.run(['get', 'nobody']);
    await kubectl.run(['get', 'widgets.nobody.example.com']);
    expect(await kubectl.run(['get', 'wdg', 'nobody', '--ignore-not-found'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await kubectl.run(['get', 'wdg', '-n', 'nowhere'])).stderr).toBe(
      'No resources found in nowhere namespace.\n',
    );
  });

  test('get follows changes, as a table and as objects', async (kubectl) => {
    await createThree(kubectl);
    const recolor = (color: string) =>
      kubectl.must(['patch', 'wdg', 'one', '--type=merge', '-p', JSON.stringify({ spec: { color } })]);
    await kubectl.follow(['get', 'wdg', 'one', '-w'], async (nextLine) => {
      expect(await nextLine()).toMatch(/^NAME +COLOR +AGE$/);
      expect(await nextLine()).toMatch(/^one +blue +AGE$/);
      await recolor('red');
      expect(await nextLine()).toMatch(/^one +red +AGE$/);
    });
    const columns = 'custom-columns=EVENT:.type,NAME:.object.metadata.name,COLOR:.object.spec.color';
    await kubectl.follow(
      ['get', 'wdg', '-w', '-o', columns, '--output-watch-events', '-l', 'app=x'],
      async (nextLine) => {
        expect(await nextLine()).toMatch(/^EVENT +NAME +COLOR$/);
        expect(await nextLine()).toMatch(/^ADDED +one +red$/);
        await recolor('blue');
        expect(await nextLine()).toMatch(/^MODIFIED +one +blue$/);
        await kubectl.must(['delete', 'wdg', 'one']);
        expect(await nextLine()).toMatch(/^DELETED +one +blue$/);
      },
    );
  });
});
