import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What a log said last; logs hold much that is no sign of anything, so only a few lines of each are worth a look. */
const LINES = 5;

/** The last lines of all logs of a cluster, for a start that failed: after it nothing is left to look at. */
export async function lastWords(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    // It failed before it had a folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const logs = entries
    .filter((entry) => entry.isFile() && isLog(relative(folder, join(entry.parentPath, entry.name))))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const words = await Promise.all(
    logs.map(async (path) => lastLines(relative(folder, path), await readFile(path, 'utf8'))),
  );
  return words.join('');
}

/** True for the logs of programs of the cluster; false for those of pods and for the audit log. */
export function isLog(path: string): boolean {
  return /^(?:[^/]+|nodes\/[^/]+\/(?:logs\/)?[^/]+)\.log$/.test(path) && path !== 'audit.log';
}

/** The end of a log under its name; empty for an empty one. */
export function lastLines(name: string, text: string): string {
  const lines = text.trimEnd().split('\n').slice(-LINES);
  return text.trim() === '' ? '' : `--- ${name}\n${lines.join('\n')}\n`;
}
