/** True for a duration that Go's time.ParseDuration takes: `1h30m`, `-1.5s`, `0`. */
export function isGoDuration(text: string): boolean {
  // The Greek mu stands escaped: one letter beyond Latin-1 doubles what a bundle's source takes in memory.
  return /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/.test(text);
}

const WORDS: readonly (readonly [seconds: number, prefix: string, ...exact: string[]])[] = [
  [1e-9, 'nano', 'ns'],
  [1e-6, 'micro', 'us', '\u00b5s'],
  [1e-3, 'milli', 'ms'],
  [1, 'sec', 's'],
  [60, 'min', 'm'],
  [3600, 'hour', 'h', 'hr'],
  [86_400, 'day', 'd'],
  [604_800, 'week', 'w', 'wk'],
];

/**
 * True for what the format `duration` of OpenAPI takes: Go's durations, and any text in which a number with a unit
 * stands, such as `22 ns`, `2 days` or `P1D` (go-openapi/strfmt).
 */
export function isDuration(text: string): boolean {
  return isGoDuration(text) || looseSeconds(text) !== undefined;
}

/**
 * Seconds of a duration that is no Go duration: the sum of all numbers with a known unit in the text; undefined when
 * there is none.
 */
export function looseSeconds(text: string): number | undefined {
  let seconds: number | undefined;
  for (const [, count, letters = ''] of text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g)) {
    const unit = letters.toLowerCase();
    const known = WORDS.find(([, prefix, ...exact]) => unit.startsWith(prefix) || exact.includes(unit));
    if (known !== undefined) seconds = (seconds ?? 0) + Number(count) * known[0];
  }
  return seconds;
}
