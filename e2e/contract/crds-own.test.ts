import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { CRDS } from './fixtures/definitions.ts';
import { onEachServer } from './servers.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: Record<string, unknown>;
  [field: string]: unknown;
}

function readManifests(folder: string): Manifest[] {
  const url = new URL(`../../crds/${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => loadAll(readFileSync(new URL(name, url), 'utf8')) as Manifest[]);
}

const DEFINITIONS = readManifests('v1alpha1').filter(({ kind }) => kind === 'CustomResourceDefinition');
const NAMES = DEFINITIONS.map(({ spec }) => spec as { names: { kind: string; plural: string }; scope: string });
const SAMPLES = readManifests('samples').filter(({ apiVersion }) => apiVersion.startsWith('nannyai.dev/'));

onEachServer((server) => {
  describe('our own definitions', () => {
    let namespace = '';

    function collection({ kind, apiVersion }: Manifest): string {
      const known = NAMES.find(({ names }) => names.kind === kind);
      const place = known?.scope === 'Namespaced' ? `/namespaces/${namespace}` : '';
      return `/apis/${apiVersion}${place}/${known?.names.plural}`;
    }

    async function judge(manifest: Manifest): Promise<{ code: number; causes: unknown }> {
      const metadata = { ...manifest.metadata, namespace: undefined };
      const path = `${collection(manifest)}?dryRun=All&fieldValidation=Strict`;
      const { code, body } = await server.raw.send('POST', path, { body: { ...manifest, metadata } });
      return { code, causes: body.details?.causes };
    }

    beforeAll(async () => {
      namespace = await server.createNamespace();
      for (const definition of DEFINITIONS) {
        // Other files of the suite may have installed it already.
        const { code } = await server.raw.send('GET', `${CRDS}/${definition.metadata.name}`);
        if (code === 404) await server.createCrd(definition);
      }
    });

    it.each(SAMPLES)('take the sample $kind $metadata.name', async (sample) => {
      expect(await judge(sample)).toEqual({ code: 201, causes: undefined });
    });
  });
});
