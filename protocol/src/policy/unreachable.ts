/** Marks the end of a switch that has a case for every member of a union; the compiler proves it. */
export function unreachable(value: never): never {
  throw new TypeError(`No case for ${JSON.stringify(value)}`);
}
