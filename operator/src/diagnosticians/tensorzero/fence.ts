/**
 * Fences text that somebody outside wrote, so that a model can tell it from our own words.
 *
 * The fence is longer than any run of the same sign inside, hence the text cannot close it (rule 9 of the safety policy: what
 * comes from a host is data).
 *
 * @param label what the text is; ours
 */
export function fence(label: string, text: string): string {
  const longest = (text.match(/~{3,}/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const marks = '~'.repeat(longest + 1);
  return `${marks} untrusted ${label}\n${text.replaceAll('\0', '').replace(/\n+$/, '')}\n${marks}`;
}
