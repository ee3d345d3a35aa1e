/** `kubectl patch`, `edit`, `label` and `annotate`. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { expect } from 'vitest';
import { describeKubectl, type KubectlSession } from './fixtures/kubectl-session.ts';
import { widgetText } from './fixtures/widgets.ts';

async function createOne(kubectl: KubectlSession): Promise<void> {
  const spec = { size: 2, color: 'red', parts: [{ name: 'p', count: 1 }] };
  await kubectl.must(['create', '-f', '-'], { input: widgetText(kubectl.widgets, 'one', spec) });
}

describeKubectl((test) => {
  test('patch takes merge patches and JSON patches of custom resources, and no strategic ones', async (kubectl) => {
    await createOne(kubectl);
    const patch = (type: string, body: object) =>
      kubectl.run(['patch', 'wdg', 'one', `--type=${type}`, '-p', JSON.stringify(body)]);
    expect((await patch('merge', { spec: { size: 7 } })).stdout).toBe('widget.GROUP/one patched\n');
    expect((await patch('merge', { spec: { size: 7 } })).stdout).toBe('widget.GROUP/one patched (no change)\n');
    expect((await patch('json', [{ op: 'replace', path: '/spec/size', value: 6 }])).code).toBe(0);
    expect((await patch('json', [{ op: 'add', path: '/spec/parts/-', value: { name: 'q' } }])).code).toBe(0);
    expect((await patch('json', [{ op: 'test', path: '/spec/size', value: 1 }])).code).toBe(1);
    expect((await patch('json', [{ op: 'remove', path: '/spec/nope' }])).code).toBe(1);
    expect((await patch('merge', { spec: { size: 'x' } })).code).toBe(1);
    expect((await patch('merge', { spec: { colour: 'x' } })).code).toBe(0);
    expect((await patch('strategic', { spec: { size: 5 } })).stderr).toContain(
      'application/strategic-merge-patch+json is not supported by',
    );
    expect(await kubectl.run(['patch', 'wdg', 'nobody', '--type=merge', '-p', '{}'])).toMatchObject({ code: 1 });
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec}'])).toBe(
      '{"color":"red","parts":[{"count":1,"name":"p"},{"name":"q"}],"size":6}',
    );
  });

  test('patch takes all three kinds of patches of core kinds', async (kubectl) => {
    await kubectl.must(['create', 'configmap', 'cm', '--from-literal=a=1', '--from-literal=b=2']);
    await kubectl.must(['patch', 'cm', 'cm', '-p', '{"data":{"c":"3"}}']);
    await kubectl.must(['patch', 'cm', 'cm', '--type=merge', '-p', '{"data":{"a":null}}']);
    await kubectl.must(['patch', 'cm', 'cm', '--type=json', '-p', '[{"op":"add","path":"/data/d","value":"4"}]']);
    await kubectl.must(['patch', 'cm', 'cm', '-p', '{"data":{"b":null},"metadata":{"labels":{"x":"y"}}}']);
    expect(await kubectl.must(['get', 'cm', 'cm', '-o', 'jsonpath={.data} {.metadata.labels}'])).toBe(
      '{"c":"3","d":"4"} {"x":"y"}',
    );
  });

  test('patch writes the status by itself', async (kubectl) => {
    await createOne(kubectl);
    await kubectl.must(['patch', 'wdg', 'one', '--type=merge', '-p', '{"status":{"phase":"Off"}}']);
    const body = '{"status":{"phase":"On"},"spec":{"size":9}}';
    await kubectl.must(['patch', 'wdg', 'one', '--subresource=status', '--type=merge', '-p', body]);
    expect(
      await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.status.phase} {.spec.size} {.metadata.generation}']),
    ).toBe('On 2 1');
  });

  test('edit changes an object with an editor, tells what is wrong with it, and notices that nothing changed', async (kubectl) => {
    await createOne(kubectl);
    const edit = (editor: string) => kubectl.run(['edit', 'wdg', 'one'], { env: { KUBE_EDITOR: editor } });
    expect((await edit('sed -i s/red/blue/')).stdout).toBe('widget.GROUP/one edited\n');
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec.color}'])).toBe('blue');
    expect((await edit('true')).stderr).toContain('no changes made');
    const refused = await edit('sed -i s/size:.2/size:.99/');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('is invalid')]);
    await kubectl.run(['edit', 'wdg', 'nobody']);
  });

  test('label and annotate set, refuse to overwrite unasked, and take away', async (kubectl) => {
    await createOne(kubectl);
    const label = (...args: string[]) => kubectl.run(['label', 'wdg', ...args]);
    expect((await label('one', 'team=blue')).stdout).toBe('widget.GROUP/one labeled\n');
    await label('one', '--list');
    expect((await label('one', 'team=red')).code).toBe(1);
    expect((await label('one', 'team=red', '--overwrite')).code).toBe(0);
    await label('one', 'team=red');
    await label('--all', 'all=yes');
    await label('-l', 'team=red', 'more=yes');
    await label('one', 'team-');
    await label('one', 'team-');
    expect((await label('one', 'bad label=x')).code).toBe(1);
    expect((await label('one', `x=${'y'.repeat(70)}`)).code).toBe(1);
    const annotate = (...args: string[]) => kubectl.run(['annotate', 'wdg', ...args]);
    expect((await annotate('one', 'note=hello world')).stdout).toBe('widget.GROUP/one annotated\n');
    await annotate('one', 'note=other');
    await annotate('one', 'note-');
    expect((await annotate('one', 'a/b/c=x')).code).toBe(1);
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.metadata.labels}'])).toBe(
      '{"all":"yes","more":"yes"}',
    );
  });
});
