import { load } from 'js-yaml';

/** What values.yaml says of one value. */
export interface ValueDoc {
  path: string[];
  /** As JSON. */
  defaultText: string;
  /** One paragraph of Markdown. */
  text: string;
}

const COMMENT = /^ *# -- (.+)$/;
const KEY = /^( *)([\w.]+):/;

/**
 * Reads the comments `# -- …` of a values.yaml, each of which stands in the line before its key; the form of helm-docs.
 *
 * @throws Error for a comment without a key, and for a value that neither has one nor lies below one that has.
 */
export function readValueDocs(values: string): ValueDoc[] {
  const docs: ValueDoc[] = [];
  const root = load(values);
  const open: { indent: number; key: string; isTold: boolean }[] = [];
  let comment: string | undefined;
  for (const line of values.split('\n')) {
    const said = COMMENT.exec(line)?.[1];
    const [, spaces = '', key] = KEY.exec(line) ?? [];
    if (comment !== undefined && key === undefined) throw new Error(`No key after the comment: ${comment}`);
    if (key !== undefined) {
      while ((open.at(-1)?.indent ?? -1) >= spaces.length) open.pop();
      const isBelowTold = open.some(({ isTold }) => isTold);
      open.push({ indent: spaces.length, key, isTold: comment !== undefined });
      const path = open.map((level) => level.key);
      const value = valueAt(root, path);
      if (comment !== undefined) docs.push({ path, defaultText: JSON.stringify(value), text: comment });
      else if (!isBelowTold && !isStructure(value)) throw new Error(`${path.join('.')} has no comment`);
    }
    comment = said;
  }
  return docs;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
