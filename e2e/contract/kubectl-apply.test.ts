/** `kubectl apply` on either side, `diff`, `create` and `replace`. */
/* oxlint-disable vitest/no-standalone-expect -- the tests are declared through describeKubectl */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeKubectl } from './fixtures/kubectl-session.ts';
import { widgetText } from './fixtures/widgets.ts';

const STDIN = ['-f', '-'];
const SPEC = { size: 2, color: 'blue', tags: ['b', 'a'], parts: [{ name: 'p', count: 1 }], env: { A: 'b' } };

describeKubectl((test) => {
  test('apply creates, sees no change the second time, configures a changed manifest, takes fields back', async (kubectl) => {
    const apply = (spec: object, labels = {}) =>
      kubectl.must(['apply', ...STDIN], { input: widgetText(kubectl.widgets, 'one', spec, labels) });
    expect(await apply(SPEC, { a: 'b' })).toBe('widget.GROUP/one created\n');
    expect(await apply(SPEC, { a: 'b' })).toBe('widget.GROUP/one unchanged\n');
    expect(await apply({ size: 4, tags: ['c'] })).toBe('widget.GROUP/one configured\n');
    await kubectl.must(['get', 'wdg', 'one', '-o', 'yaml', '--show-managed-fields']);
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec}'])).toBe(
      '{"color":"grey","size":4,"tags":["c"]}',
    );
    await kubectl.must(['apply', 'view-last-applied', 'wdg', 'one']);
    await kubectl.must(['apply', 'set-last-applied', ...STDIN], {
      input: widgetText(kubectl.widgets, 'one', { size: 5 }),
    });
    await kubectl.must(['apply', 'view-last-applied', 'wdg', 'one', '-o', 'json']);
  });

  test('apply warns where a plain create made the object', async (kubectl) => {
    await kubectl.must(['create', ...STDIN], { input: widgetText(kubectl.widgets, 'one', SPEC) });
    const { code, stderr } = await kubectl.run(['apply', ...STDIN], {
      input: widgetText(kubectl.widgets, 'one', { size: 3 }),
    });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('is missing the kubectl.kubernetes.io/last-applied-configuration'),
    ]);
  });

  test('apply refuses what the schema and its rules do, and names the field', async (kubectl) => {
    const refused = async (spec: object, words: string): Promise<void> => {
      for (const verb of ['apply', 'create']) {
        const { code, stderr } = await kubectl.run([verb, ...STDIN], {
          input: widgetText(kubectl.widgets, 'bad', spec),
        });
        expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
      }
    };
    await refused({ size: 20 }, 'spec.size: Invalid value: 20: spec.size in body should be less than or equal to 10');
    await refused({ size: 8, color: 'black' }, 'black widgets are small');
    await refused({ size: 8, color: 'green' }, 'spec.color: Unsupported value: "green"');
    await refused({ color: 'red' }, 'spec.size: Required value');
    await refused({ size: '8' }, 'spec.size in body must be of type integer: "string"');
    await refused({ size: 1, colour: 'red' }, 'unknown field "spec.colour"');
    await refused({ size: 1, tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"');
    await kubectl.run(['create', ...STDIN], { input: widgetText(kubectl.widgets, 'Bad_Name', { size: 1 }) });
    await kubectl.run(['create', '--validate=warn', ...STDIN], {
      input: widgetText(kubectl.widgets, 'w', { size: 1, colour: 'x' }),
    });
    await kubectl.run(['create', '--validate=false', ...STDIN], {
      input: widgetText(kubectl.widgets, 'x', { size: 1, colour: 'x' }),
    });
    expect(await kubectl.must(['get', 'wdg', 'x', '-o', 'jsonpath={.spec}'])).toBe('{"color":"grey","size":1}');
  });

  test('apply refuses text that is no manifest, and kinds that nobody serves', async (kubectl) => {
    for (const input of ['a: b: c', 'just text', '{}', 'apiVersion: v1\nkind: Nope\nmetadata: {name: x}\n']) {
      expect(await kubectl.run(['apply', ...STDIN], { input })).toMatchObject({ code: 1, stdout: '' });
    }
    const { stderr } = await kubectl.run(['apply', ...STDIN], {
      input: 'apiVersion: nope.dev/v1\nkind: Nope\nmetadata: {name: x}\n',
    });
    expect(stderr).toContain('no matches for kind "Nope" in version "nope.dev/v1"');
  });

  test('apply on the server keeps managers apart, tells of conflicts and forces them', async (kubectl) => {
    const apply = (spec: object, ...more: string[]) =>
      kubectl.run(['apply', '--server-side', ...more, ...STDIN], { input: widgetText(kubectl.widgets, 'one', spec) });
    expect(await apply({ size: 3, color: 'red', parts: [{ name: 'a', count: 1 }] })).toEqual({
      code: 0,
      stdout: 'widget.GROUP/one serverside-applied\n',
      stderr: '',
    });
    const other = { size: 4, color: 'blue', parts: [{ name: 'b', count: 1 }] };
    const conflict = await apply(other, '--field-manager=other');
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain(
      'Apply failed with 2 conflicts: conflicts with "kubectl":\n- .spec.color\n- .spec.size\n',
    );
    expect((await apply(other, '--field-manager=other', '--force-conflicts')).code).toBe(0);
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec.parts}'])).toBe(
      '[{"count":1,"name":"a"},{"count":1,"name":"b"}]',
    );
    expect((await apply({ size: 4 })).code).toBe(0);
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec.parts}'])).toBe('[{"count":1,"name":"b"}]');
    await apply({ size: 11 }, '--force-conflicts');
    await apply({ size: 4 }, '--dry-run=server');
  });

  test('apply on the server takes over what apply on the client managed', async (kubectl) => {
    const input = widgetText(kubectl.widgets, 'one', { size: 2, color: 'blue' });
    await kubectl.must(['apply', ...STDIN], { input });
    const changed = widgetText(kubectl.widgets, 'one', { size: 3, color: 'red' });
    expect(await kubectl.must(['apply', '--server-side', ...STDIN], { input: changed })).toBe(
      'widget.GROUP/one serverside-applied\n',
    );
    await kubectl.must(['get', 'wdg', 'one', '-o', 'yaml']);
    expect(
      await kubectl.must(['apply', '--server-side', ...STDIN], {
        input: widgetText(kubectl.widgets, 'one', { size: 4 }),
      }),
    ).toContain('applied');
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec}'])).toBe('{"color":"grey","size":4}');
  });

  test('apply prunes what is gone from the manifests', async (kubectl) => {
    const { widgets } = kubectl;
    const labels = { app: 'prune' };
    const both = widgetText(widgets, 'p1', { size: 1 }, labels) + widgetText(widgets, 'p2', { size: 1 }, labels);
    await kubectl.must(['apply', ...STDIN], { input: both });
    const args = ['apply', '--prune', '-l', 'app=prune', `--prune-allowlist=${widgets.apiVersion}/Widget`, ...STDIN];
    const { stdout } = await kubectl.run(args, { input: widgetText(widgets, 'p1', { size: 1 }, labels) });
    expect(stdout).toBe('widget.GROUP/p1 unchanged\nwidget.GROUP/p2 pruned\n');
    expect(await kubectl.must(['get', 'wdg', '-o', 'name'])).toBe('widget.GROUP/p1\n');
  });

  test('dry runs on the server check and store nothing', async (kubectl) => {
    const text = (size: number) => ({ input: widgetText(kubectl.widgets, 'one', { size }) });
    expect(await kubectl.must(['apply', '--dry-run=server', ...STDIN], text(2))).toBe(
      'widget.GROUP/one created (server dry run)\n',
    );
    expect((await kubectl.run(['create', '--dry-run=server', ...STDIN], text(20))).code).toBe(1);
    expect(await kubectl.must(['get', 'wdg', '-o', 'name', '--ignore-not-found'])).toBe('');
    await kubectl.must(['create', ...STDIN], text(2));
    await kubectl.must([
      'patch',
      'wdg',
      'one',
      '--type=merge',
      '-p',
      '{"spec":{"size":9}}',
      '--dry-run=server',
      '-o',
      'jsonpath={.spec.size}',
    ]);
    await kubectl.must(['delete', 'wdg', 'one', '--dry-run=server']);
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.spec.size}'])).toBe('2');
  });

  test('diff shows what an apply would change, and says by its exit status whether it would', async (kubectl) => {
    await kubectl.must(['apply', ...STDIN], { input: widgetText(kubectl.widgets, 'one', SPEC) });
    const diff = async (name: string, spec: object, ...more: string[]) =>
      kubectl.run(['diff', ...more, ...STDIN], { input: widgetText(kubectl.widgets, name, spec) });
    expect(await diff('one', SPEC)).toEqual({ code: 0, stdout: '', stderr: '' });
    const changed = await diff('one', { ...SPEC, size: 3 });
    expect([changed.code, changed.stdout]).toEqual([1, expect.stringMatching(/^-  size: 2\n\+  size: 3$/m)]);
    expect((await diff('new', { size: 1 })).stdout).toMatch(/^\+kind: Widget$/m);
    expect((await diff('one', { ...SPEC, size: 3 }, '--server-side')).code).toBe(1);
    expect((await diff('one', { ...SPEC, size: 30 })).code).toBeGreaterThan(1);
  });

  test('create and replace say what is in their way', async (kubectl) => {
    const text = (name: string, spec: object) => ({ input: widgetText(kubectl.widgets, name, spec) });
    expect(await kubectl.must(['create', ...STDIN], text('one', { size: 2 }))).toBe('widget.GROUP/one created\n');
    expect((await kubectl.run(['create', ...STDIN], text('one', { size: 2 }))).stderr).toBe(
      'Error from server (AlreadyExists): error when creating "STDIN": widgets.GROUP "one" already exists\n',
    );
    expect(await kubectl.must(['replace', ...STDIN], text('one', { size: 3 }))).toBe('widget.GROUP/one replaced\n');
    expect(await kubectl.must(['get', 'wdg', 'one', '-o', 'jsonpath={.metadata.generation}'])).toBe('2');
    expect((await kubectl.run(['replace', ...STDIN], text('nobody', { size: 3 }))).stderr).toContain('(NotFound)');
    await kubectl.must(['replace', '--force', ...STDIN], text('one', { size: 4 }));
    const stale = JSON.parse(text('one', { size: 5 }).input) as { metadata: object };
    const input = JSON.stringify({ ...stale, metadata: { ...stale.metadata, resourceVersion: '1' } });
    expect((await kubectl.run(['replace', ...STDIN], { input })).stderr).toContain('(Conflict)');
    const generated = JSON.stringify({ ...stale, metadata: { generateName: 'made-' } });
    expect(
      await kubectl.must(['create', ...STDIN, '-o', 'jsonpath={.metadata.generateName}'], { input: generated }),
    ).toBe('made-');
  });

  test('apply takes a folder of manifests', async (kubectl) => {
    const folder = await mkdtemp(join(tmpdir(), 'nannyapi-manifests-'));
    try {
      for (const name of ['a', 'b'])
        await writeFile(join(folder, `${name}.json`), widgetText(kubectl.widgets, name, { size: 1 }));
      expect(await kubectl.must(['apply', '-f', folder])).toBe('widget.GROUP/a created\nwidget.GROUP/b created\n');
      expect(await kubectl.must(['delete', '-f', folder])).toMatch(/"a" deleted.*\n.*"b" deleted/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
