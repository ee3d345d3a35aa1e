import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExport } from './read-export.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const AGENT = 'apiVersion: nannyai.dev/v1alpha1\nkind: Agent\nmetadata: {name: web-1, namespace: shop}\nspec: {}\n';
const RUN = `apiVersion: nannyai.dev/v1alpha1
kind: Investigation
metadata: {name: slow, namespace: shop, annotations: {nannyai.dev/run-uid: u}}
spec: {agentRef: {name: web-1}, prompt: Why is it slow?}
status: {phase: Completed}
`;
const titles = (arrivals: Awaited<ReturnType<typeof readExport>>): string[] =>
  arrivals.map(({ object: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);

describe('readExport', () => {
  it('finds YAML and JSON at any depth, passes over the rest, and puts first what others need', async () => {
    await file('investigations/shop/slow.yaml', RUN);
    await file('agents/shop/web-1.yml', AGENT);
    await file('more.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } }));
    await file('README.md', '# Ours');
    await file('.git/config.yaml', 'kind: Secret');
    expect(titles(await readExport(folder))).toEqual([
      'Namespace /extra',
      'Namespace /shop',
      'Agent shop/web-1',
      'Investigation shop/slow',
    ]);
  });

  it('reads a stream of documents, empty ones among them, and Lists as kubectl prints them', async () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ ...agentObject(), metadata: { name: 'web-2', namespace: 'shop', uid: 'x' } }],
    });
    const text = `---\n${AGENT}---\n---\n${list}\n---\n${RUN}`;
    expect(titles(await readExport(Readable.from([Buffer.from(text)])))).toEqual([
      'Namespace /shop',
      'Agent shop/web-1',
      'Agent shop/web-2',
      'Investigation shop/slow',
    ]);
  });

  it('puts everything into one namespace when told to, and makes no other', async () => {
    await file('all.yaml', `${AGENT}---\n${RUN}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`);
    expect(titles(await readExport(folder, 'nannyapi'))).toEqual([
      'Namespace /nannyapi',
      'Agent nannyapi/web-1',
      'Investigation nannyapi/slow',
    ]);
  });

  it('of an empty folder brings nothing', async () => {
    expect(await readExport(folder)).toEqual([]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['malformed YAML', 'a: b: c', 'x.yaml: .*\\(1:5\\)'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x41]), 'x.yaml: is no UTF-8 text'],
    ['a list', '- a', 'x.yaml: is no Kubernetes object'],
    ['no kind', 'apiVersion: v1\nmetadata: {name: x}', 'x.yaml: kind is missing'],
    ['a foreign kind', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}', "kind 'Pod' of v1 is none that import takes"],
    ['a foreign group', AGENT.replace('nannyai.dev', 'example.com'), "kind 'Agent' of example.com/v1alpha1 is none"],
    [
      'another version',
      AGENT.replace('v1alpha1', 'v1'),
      "apiVersion is 'nannyai.dev/v1'; .* imports nannyai.dev/v1alpha1",
    ],
    ['a task', AGENT.replace('Agent', 'AgentTask'), 'kind AgentTask does not move: a task is work'],
    ['no name', AGENT.replace('web-1', ''), 'metadata.name null is no valid name'],
    ['a name that climbs', AGENT.replace('web-1', '../web'), 'metadata.name "../web" is no valid name'],
    ['no namespace', AGENT.replace(', namespace: shop', ''), 'metadata.namespace is missing'],
    ['labels that are no strings', AGENT.replace('}', ', labels: {a: 1}}'), 'metadata.labels is no map from strings'],
    ['a status that is no map', RUN.replace('{phase: Completed}', 'done'), 'status is no map'],
    [
      'a run without its mark',
      RUN.replace('nannyai.dev/run-uid: u', 'a: b'),
      'metadata.annotations lacks nannyai.dev/run-uid',
    ],
    ['references', 'a: &a [x]\nb: [*a, *a]', 'x.yaml: .*[Aa]lias'],
    ['nesting without end', '['.repeat(5000), 'x.yaml: .*[Dd]epth'],
    ['the same object twice', `${AGENT}---\n${AGENT}`, 'document 2: is the same object as in x.yaml, document 1'],
  ])('refuses %s and names file and field', async (_, text, words) => {
    await file('x.yaml', text);
    const failed = readExport(folder);
    await expect(failed).rejects.toMatchObject({ code: 'ExportUnreadable' });
    await expect(failed).rejects.toThrow(new RegExp(words));
  });

  it('tells of all faulty files at once, and of a path that is not there', async () => {
    await file('a.yaml', 'kind: Pod');
    await file('b/c.yaml', '[');
    await expect(readExport(folder)).rejects.toThrow(/a\.yaml: .*\n.*b\/c\.yaml: /);
    await expect(readExport(join(folder, 'nowhere'))).rejects.toThrow(/ENOENT.*nowhere/);
  });

  it('keeps a key named __proto__ a key', async () => {
    await file('x.yaml', AGENT.replace('spec: {}', 'spec: {__proto__: {polluted: true}}'));
    const [, agent] = await readExport(folder);
    expect(Object.keys(agent?.object.spec as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

function agentObject(): object {
  return { apiVersion: 'nannyai.dev/v1alpha1', kind: 'Agent', spec: {} };
}
