/** What Go's strconv makes of a text: a number, or the error in its words. */
export type GoInteger = { value: number } | { error: string };

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** strconv.ParseInt to base 10 and 64 bits. Values beyond 2^53 lose their last digits. */
export function parseInt64(text: string): GoInteger {
  return parse(text, 'ParseInt', { pattern: /^[+-]?\d+$/, min: -MAX_INT64 - 1n, max: MAX_INT64 });
}

/** strconv.ParseUint to base 10 and 64 bits. Values beyond 2^53 lose their last digits. */
export function parseUint64(text: string): GoInteger {
  return parse(text, 'ParseUint', { pattern: /^\d+$/, min: 0n, max: MAX_UINT64 });
}

function parse(text: string, name: string, form: { pattern: RegExp; min: bigint; max: bigint }): GoInteger {
  const failed = (why: string): GoInteger => ({ error: `strconv.${name}: parsing ${JSON.stringify(text)}: ${why}` });
  if (!form.pattern.test(text)) return failed('invalid syntax');
  const digits = text.replace(/^([+-]?)0+(?=\d)/, '$1');
  // Long before this the number is out of range; BigInt of a megabyte of digits would hold up everybody.
  if (digits.length > 21) return failed('value out of range');
  const value = BigInt(digits);
  return value < form.min || value > form.max ? failed('value out of range') : { value: Number(value) };
}
