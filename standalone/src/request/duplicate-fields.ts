/** A step on the way to a value: a key of an object or the next index of a list. */
interface Level {
  /** Keys seen; undefined for a list. */
  keys: Set<string> | undefined;
  /** What the next value is called, as messages print it. */
  step: string;
  index: number;
}

/**
 * Paths of the keys that stand more than once in one object of a JSON text (`spec.list[0].name`), each path once.
 *
 * JSON.parse keeps the last of them and says nothing, so the text itself is looked through. It must be valid JSON.
 */
export function duplicateFields(text: string): string[] {
  const levels: Level[] = [];
  const duplicates = new Set<string>();
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const top = levels.at(-1);
    if (char === '{' || char === '[') {
      levels.push({ keys: char === '{' ? new Set() : undefined, step: char === '[' ? '[0]' : '', index: 0 });
      isKey = char === '{';
    } else if (char === '}' || char === ']') {
      levels.pop();
      isKey = false;
    } else if (char === ',') {
      if (top?.keys === undefined && top !== undefined) top.step = `[${(top.index += 1)}]`;
      isKey = top?.keys !== undefined;
    } else if (char === '"') {
      const end = closingQuote(text, at);
      // YAML that begins like JSON comes here too.
      if (end < 0) break;
      if (isKey && top?.keys !== undefined) {
        top.step = JSON.parse(text.slice(at, end + 1)) as string;
        if (top.keys.has(top.step)) duplicates.add(pathOf(levels));
        top.keys.add(top.step);
        isKey = false;
      }
      at = end;
    }
  }
  return [...duplicates];
}

/** Where the string ends that begins at `start`, -1 for nowhere: a quote after an even number of backslashes. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function pathOf(levels: readonly Level[]): string {
  return levels.reduce((path, { keys, step }) => {
    if (keys === undefined || path === '') return `${path}${step}`;
    return `${path}.${step}`;
  }, '');
}
