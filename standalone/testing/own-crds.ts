import { readdir, readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';

/** The CRDs of this project, parsed from `crds/v1alpha1/*.yaml`. */
export async function readOwnCrds(): Promise<unknown[]> {
  const folder = new URL('../../crds/v1alpha1/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
  return texts.flatMap((text) => loadAll(text));
}
