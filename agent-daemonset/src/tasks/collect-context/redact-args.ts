const SECRET_WORD =
  '[\\w.-]*(?:pass(?:word|wd|phrase)?|secret|token|credential|auth(?:orization)?|api[-_]?key|private[-_]?key|access[-_]?key|pwd|cookie)[\\w.-]*';
/** `--token=x`, `PASSWORD=x`, `"secret": "x"`, `token:x`. */
const ASSIGNED = new RegExp(`(["']?${SECRET_WORD}["']?\\s*[=:]\\s*)("[^"]*"?|'[^']*'?|[^\\s,;&}]+)`, 'giu');
/** `--token x`, `-password x`. */
const FOLLOWED = new RegExp(`((?:^|\\s)--?${SECRET_WORD}\\s+)(?!-)(\\S+)`, 'giu');
/** `scheme://user:secret@host`. */
const URL_USER = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:)[^\s/@]+@/giu;
/** `Bearer x`, `Basic x`. */
const SCHEME = /\b(bearer|basic)\s+[\w+/=.~-]{6,}/giu;
/** mysql's `-psecret` and curl's `-u user:secret`. */
const SHORT = /((?:^|\s)-u\s*[^\s:]+:)\S+/gu;
/** Long runs without a word's shape: keys, hashes, JWTs. A path or a host name has separators that end the run. */
const OPAQUE = /\b(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[A-Za-z0-9+=_-]{40,}\b/gu;

/**
 * Replaces what looks like a secret in a command line with `***`, on the host, before anything leaves it.
 *
 * It errs on the side of removing: arguments only help to tell processes apart. Text is cut to `maxChars`.
 */
export function redactArgs(args: string, maxChars: number): string {
  const redacted = args
    // Before the assignments, which would take the scheme's name for the secret.
    .replaceAll(SCHEME, '***')
    .replaceAll(ASSIGNED, '$1***')
    .replaceAll(FOLLOWED, '$1***')
    .replaceAll(URL_USER, '$1***@')
    .replaceAll(SHORT, '$1***')
    .replaceAll(OPAQUE, '***');
  return redacted.length > maxChars ? `${redacted.slice(0, maxChars)}...` : redacted;
}
