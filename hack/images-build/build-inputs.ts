import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files that a build sees: what .dockerignore lets through.
 *
 * Of its language this reads what the file uses: `**` first, `!path` for what comes in (a folder with all below it), and
 * after that a name after two stars and a slash for what stays out wherever it is.
 *
 * @returns paths relative to the repository, sorted.
 */
export function buildInputs(repository: string, dockerignore: string): string[] {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const included = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const excluded = lines.filter((line) => line.startsWith('**/'));
  const isExcluded = (path: string): boolean => excluded.some((pattern) => matches(pattern.slice(3), path));
  const found = included.flatMap((pattern) => globSync([pattern, `${pattern}/**`], { cwd: repository }));
  // An editor's file may be gone by now.
  const isFile = (path: string): boolean =>
    statSync(join(repository, path), { throwIfNoEntry: false })?.isFile() === true;
  return [...new Set(found)].filter((path) => !isExcluded(path) && isFile(path)).sort();
}

/** A pattern without slashes matches a part of the path; `*` in it any characters. */
function matches(pattern: string, path: string): boolean {
  const [before = '', after] = pattern.split('*');
  return path
    .split('/')
    .some((part) => (after === undefined ? part === pattern : part.startsWith(before) && part.endsWith(after)));
}

/** One digest over the names and contents of files and over further words: 12 hex digits. */
export function digestOf(repository: string, paths: readonly string[], words: readonly string[]): string {
  const hash = createHash('sha256');
  for (const word of words) hash.update(`${word.length}:${word}`);
  for (const path of paths) {
    const content = readFileSync(join(repository, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}
