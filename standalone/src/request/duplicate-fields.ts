/** A step on the way to a value: a key of an object or the next index of a list. */
interface Level {
  /** Keys seen; undefined for a list. */
  keys: Set<string> | undefined;
  /** What the next value is called, as messages print it. */
  step: string;
  index: number;
}

/** Strings, and the characters that give JSON its shape. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/**
 * Paths of the keys that stand more than once in one object of a JSON text (`spec.list[0].name`), each path once.
 *
 * JSON.parse keeps the last of them and says nothing, so the text itself is looked through. It must be valid JSON.
 */
export function duplicateFields(text: string): string[] {
  const levels: Level[] = [];
  const duplicates = new Set<string>();
  let isKey = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const top = levels.at(-1);
    if (token === '{' || token === '[') {
      levels.push({ keys: token === '{' ? new Set() : undefined, step: token === '[' ? '[0]' : '', index: 0 });
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      levels.pop();
      isKey = false;
    } else if (token === ',') {
      if (top?.keys === undefined && top !== undefined) top.step = `[${(top.index += 1)}]`;
      isKey = top?.keys !== undefined;
    } else if (token !== ':' && isKey && top?.keys !== undefined) {
      top.step = JSON.parse(token) as string;
      if (top.keys.has(top.step)) duplicates.add(pathOf(levels));
      top.keys.add(top.step);
      isKey = false;
    }
  }
  return [...duplicates];
}

function pathOf(levels: readonly Level[]): string {
  return levels.reduce((path, { keys, step }) => {
    if (keys === undefined || path === '') return `${path}${step}`;
    return `${path}.${step}`;
  }, '');
}
