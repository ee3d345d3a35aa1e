import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

/** A way to write: name, content type if it is a patch. */
type Way = 'create' | 'PUT' | keyof typeof PATCH;

const YAML = { 'content-type': 'application/yaml' };
const MODES = ['Strict', 'Warn', '', 'Ignore'] as const;

/** Fields that no schema has, at every depth; those under `labels` and `free` are taken. */
const ODD = {
  bogus: 1,
  spec: {
    size: 2,
    q: 1,
    parts: [
      { name: 'x', w: 1 },
      { name: 'y', w: 2 },
    ],
    inner: { r: 1, deep: { t: 1 } },
    labels: { any: '1' },
    free: { any: 1 },
  },
  status: { st: 1 },
};
const ODD_FIELDS = [
  'bogus',
  'spec.inner.deep.t',
  'spec.inner.r',
  'spec.parts[0].w',
  'spec.parts[1].w',
  'spec.q',
  'status.st',
].map((field) => `unknown field "${field}"`);
const PRUNED = {
  size: 2,
  parts: [{ name: 'x' }, { name: 'y' }],
  inner: { deep: {} },
  labels: { any: '1' },
  free: { any: 1 },
};

onEachServer((server) => {
  let boxes: Boxes;
  let configMaps: string;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
    configMaps = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
  });

  it.each(['create', 'PUT', 'merge'] as const)('judges unknown fields of a custom object by a %s', async (way) => {
    for (const mode of MODES) {
      const answer = await writeBox(way, mode, (object) => ({ ...object, ...ODD }));
      expect(verdictOf(answer)).toEqual(verdict({ way, mode, problems: ODD_FIELDS, stored: PRUNED }));
    }
  });

  it.each(['create', 'PUT', 'merge', 'strategic'] as const)(
    'judges unknown fields of a core object by a %s',
    async (way) => {
      for (const mode of MODES) {
        const stored = { a: '2' };
        const outside = await writeConfigMap(way, mode, { bogus: 1, data: stored, metadata: {}, datta: {} });
        const problems = ['unknown field "bogus"', 'unknown field "datta"'];
        expect(verdictOf(outside)).toEqual(verdict({ way, mode, problems, stored }));
        const within = await writeConfigMap(way, mode, { data: stored, metadata: { zz: 1 } });
        expect(verdictOf(within)).toEqual(verdict({ way, mode, problems: ['unknown field "metadata.zz"'], stored }));
      }
    },
  );

  it.each(['create', 'PUT', 'merge'] as const)('judges repeated fields of a custom object by a %s', async (way) => {
    const repeated = '"spec":{"size":1,"size":3,"inner":{"a":"1","a":"2"},"inner":{}}';
    const fields = [...(way === 'PUT' ? ['spec'] : []), 'spec.size', 'spec.inner.a', 'spec.inner'];
    const problems = fields.map((field) => `duplicate field "${field}"`);
    for (const mode of MODES) {
      const answer = await writeBox(way, mode, (object) => `${JSON.stringify(object).slice(0, -1)},${repeated}}`);
      expect(verdictOf(answer)).toEqual(verdict({ way, mode, problems, stored: { size: 3, inner: {} } }));
    }
  });

  it.each([
    ['makes an unknown field', '[{"op":"add","path":"/spec/nope","value":1}]', 'unknown field "spec.nope"'],
    ['has one', '[{"op":"test","path":"/spec/size","value":1,"extra":1}]', 'json patch unknown field "[0].extra"'],
    [
      'has one twice',
      '[{"op":"add","op":"test","path":"/spec/size","value":1}]',
      'json patch duplicate field "[0].op"',
    ],
  ])('judges a JSON patch that %s', async (_what, operations, problem) => {
    for (const mode of MODES) {
      const answer = await writeBox('json', mode, () => operations);
      expect(verdictOf(answer)).toEqual(verdict({ way: 'json', mode, problems: [problem], stored: { size: 1 } }));
    }
  });

  it.each(['create', 'apply'] as const)('judges keys that stand twice in a YAML by a %s', async (way) => {
    const problem = 'line 7: key "size" already set in map';
    for (const mode of MODES) {
      const name = uniqueName('box');
      const body = `apiVersion: ${boxes.apiVersion}\nkind: Box\nmetadata:\n  name: ${name}\nspec:\n  size: 1\n  size: 2\n`;
      const query = `fieldManager=a&fieldValidation=${mode}`;
      const answer =
        way === 'create'
          ? await server.raw.send('POST', `${boxes.path}?${query}`, { body, headers: YAML })
          : await server.raw.send('PATCH', `${boxes.path}/${name}?${query}`, { body, headers: PATCH.apply });
      const isRefused = mode === 'Strict';
      expect([answer.code, warningsOf(answer)]).toEqual([isRefused ? 400 : 201, isWarned(mode) ? [problem] : []]);
      expect(String(answer.body.message).includes(problem)).toBe(isRefused);
    }
  });

  it('warns of what it then refuses for another reason', async () => {
    const path = `${boxes.path}?fieldValidation=Warn`;
    const body = { apiVersion: boxes.apiVersion, kind: 'Box', metadata: { name: 'b' }, spec: { size: 'x', q: 1 } };
    const answer = await server.raw.send('POST', path, { body });
    expect([answer.code, warningsOf(answer)]).toEqual([422, ['unknown field "spec.q"']]);
  });

  it.each(['Maybe', 'strict'])('refuses the mode %j for every write', async (mode) => {
    for (const way of ['create', 'PUT', 'merge', 'json', 'apply'] as const) {
      const answer = await writeBox(way, mode, (object) => object);
      expect([way, answer.code, causesOf(answer)]).toEqual([way, 422, ['FieldValueNotSupported fieldValidation']]);
      expect(answer.body.message).toContain('supported values: "", "Ignore", "Strict", "Warn"');
    }
  });

  /** Writes a new box in one of the ways; `edit` makes what is sent from what would be. */
  async function writeBox(way: Way, mode: string, edit: (object: object) => unknown): Promise<RawAnswer> {
    const name = uniqueName('box');
    const box = { apiVersion: boxes.apiVersion, kind: 'Box', metadata: { name } };
    const query = `fieldManager=m&fieldValidation=${mode}`;
    if (way === 'create') return await server.raw.send('POST', `${boxes.path}?${query}`, { body: edit(box) });
    const live = await server.raw.send('POST', boxes.path, { body: { ...box, spec: { size: 1 } } });
    const path = `${boxes.path}/${name}?${query}`;
    if (way === 'PUT') return await server.raw.send('PUT', path, { body: edit(live.body) });
    return await server.raw.send('PATCH', path, { body: edit(box), headers: PATCH[way] });
  }

  async function writeConfigMap(
    way: Way,
    mode: string,
    fields: { metadata: object; [field: string]: unknown },
  ): Promise<RawAnswer> {
    const name = uniqueName('map');
    const body = { ...fields, metadata: { ...fields.metadata, name } };
    const query = `fieldValidation=${mode}`;
    if (way === 'create') return await server.raw.send('POST', `${configMaps}?${query}`, { body });
    await server.raw.send('POST', configMaps, { body: { metadata: { name } } });
    const path = `${configMaps}/${name}?${query}`;
    if (way === 'PUT') return await server.raw.send('PUT', path, { body });
    return await server.raw.send('PATCH', path, { body, headers: PATCH[way] });
  }
});

/** What an answer says of the fields sent, and what it made of them. */
interface Verdict {
  code: number;
  warnings: string[];
  /** What Strict mode complains of. */
  complaint: string | undefined;
  causes: string[];
  stored: object | undefined;
}

function verdictOf(answer: RawAnswer): Verdict {
  const { message = '', spec, data } = answer.body;
  return {
    code: answer.code,
    warnings: warningsOf(answer),
    complaint: /strict decoding error: (.*)$/.exec(message)?.[1],
    causes: causesOf(answer),
    stored: spec ?? data,
  };
}

/** Strict refuses, Warn (the default) warns, Ignore does neither. */
function verdict({
  way,
  mode,
  problems,
  stored,
}: {
  way: Way;
  mode: string;
  problems: string[];
  stored: object;
}): Verdict {
  const isPatch = way in PATCH;
  if (mode === 'Strict') {
    const causes = isPatch ? ['FieldValueInvalid patch'] : [];
    return { code: isPatch ? 422 : 400, warnings: [], complaint: problems.join(', '), causes, stored: undefined };
  }
  const warnings = isWarned(mode) ? problems : [];
  return { code: way === 'create' ? 201 : 200, warnings, complaint: undefined, causes: [], stored };
}

function isWarned(mode: string): boolean {
  return mode === 'Warn' || mode === '';
}

/** Texts of the Warning headers, in order. */
function warningsOf({ headers }: RawAnswer): string[] {
  const text = headers['warning'] ?? '';
  return [...text.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map((match) => JSON.parse(match[1] ?? '""') as string);
}
