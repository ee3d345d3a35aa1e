import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';

interface Schema {
  properties?: Record<string, Schema>;
}

const MAP = readFileSync(join(import.meta.dirname, '../../docs/reference/seed-map.md'), 'utf8');
const ROWS = [...MAP.matchAll(/^\| `(\w+)` \| `([\w.]+)` \|/gm)].map(([, field, path]) => ({
  field: field!,
  path: path!,
}));

/** The fields that each section of the map lists; a field may have gone to another kind than the rest of its collection. */
const MAPPED = new Map(
  MAP.split(/^## /m).flatMap((section) => {
    const kind = /^`\w+` → (\w+)$/m.exec(section)?.[1];
    const fields = [...section.matchAll(/^\| `(\w+)` \| `[\w.]+` \|/gm)].map(([, field]) => field!);
    return kind === undefined ? [] : [[kind, fields] as const];
  }),
);

/** The fields of the seed's collections, as its document lists them. */
const SEED: Record<string, string[]> = {
  Investigation:
    'user_id agent_id episode_id user_prompt priority status resolution_plan initiated_at completed_at metadata'.split(
      ' ',
    ),
  User: 'email name avatar'.split(' '),
  DeviceCode: 'device_code user_code user_id authorized consumed expires_at agent_id'.split(' '),
  Agent:
    'user_id device_code_id hostname platform platform_family os_version kernel_version arch version status last_seen public_key ip_address'.split(
      ' ',
    ),
};

const FOLDER = join(import.meta.dirname, '../v1alpha1');
const SCHEMAS = new Map(
  readdirSync(FOLDER).map((file) => {
    const crd = load(readFileSync(join(FOLDER, file), 'utf8')) as {
      spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: Schema } }[] };
    };
    return [crd.spec.names.kind, crd.spec.versions[0]!.schema.openAPIV3Schema];
  }),
);

describe('the seed map', () => {
  it.each(Object.entries(SEED))('maps every field to %s', (kind, fields) => {
    const mapped = MAPPED.get(kind);
    expect(mapped?.toSorted()).toEqual(fields.toSorted());
  });

  it.each(ROWS)('$field goes to $path, which exists', ({ path }) => {
    const [kind = '', ...steps] = path.split('.');
    if (steps[0] === 'metadata') return;
    let schema: Schema | undefined = SCHEMAS.get(kind);
    for (const step of steps) schema = schema?.properties?.[step];
    expect(schema).toBeDefined();
  });
});
