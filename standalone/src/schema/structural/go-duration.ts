/** True for a duration that Go's time.ParseDuration takes: `1h30m`, `-1.5s`, `0`. */
export function isGoDuration(text: string): boolean {
  // The Greek mu stands escaped: one letter beyond Latin-1 doubles what a bundle's source takes in memory.
  return /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/.test(text);
}

const WORDS: readonly (readonly [prefix: string, ...exact: string[]])[] = [
  ['nano', 'ns'],
  ['micro', 'us', '\u00b5s'],
  ['milli', 'ms'],
  ['sec', 's'],
  ['min', 'm'],
  ['hour', 'h', 'hr'],
  ['day', 'd'],
  ['week', 'w', 'wk'],
];

/**
 * True for what the format `duration` of OpenAPI takes: Go's durations, and any text in which a number with a unit
 * stands, such as `22 ns`, `2 days` or `P1D` (go-openapi/strfmt).
 */
export function isDuration(text: string): boolean {
  if (isGoDuration(text)) return true;
  const units = [...text.matchAll(/\d+\s*([A-Za-z\u00b5]+)/g)].map((match) => (match[1] ?? '').toLowerCase());
  return units.some((unit) => WORDS.some(([prefix, ...exact]) => unit.startsWith(prefix) || exact.includes(unit)));
}
