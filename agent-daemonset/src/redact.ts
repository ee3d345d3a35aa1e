/** One kind of secret, and what to put in its place; `$1` is what may stay. */
interface SecretPattern {
  pattern: RegExp;
  replacement: string;
}

const MARK = '[redacted]';

/**
 * Secrets as they show in output, most specific first. All patterns are linear: no nested repetition, bounded runs.
 *
 * They err on the side of hiding: a hidden word costs one clue, a leaked one costs a credential.
 */
const PATTERNS: readonly SecretPattern[] = [
  {
    pattern:
      /(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)[\s\S]{0,16384}?(?:(-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)|$)/g,
    replacement: `$1 ${MARK} $2`,
  },
  // JSON web tokens, wherever they stand.
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, replacement: MARK },
  { pattern: /\b(bearer|basic|dpop)\s+[A-Za-z0-9+/._~=-]{8,}/gi, replacement: `$1 ${MARK}` },
  // user:password@ in an address.
  { pattern: /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@]{0,128}:)[^\s/@]{1,256}@/gi, replacement: `$1${MARK}@` },
  // Keys with a prefix of their own: AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI and the like, npm.
  { pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g, replacement: MARK },
  {
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g,
    replacement: MARK,
  },
  { pattern: /\b(?:xox[abeprs]-[A-Za-z0-9-]{8,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,})/g, replacement: MARK },
  { pattern: /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}/g, replacement: MARK },
  // Hashes of crypt(3), as in /etc/shadow.
  { pattern: /\$(?:1|2[aby]|5|6|7|y|gy)\$[./A-Za-z0-9$=,]{8,}/g, replacement: MARK },
  // --password VALUE, and name=value, name: value, "name": "value" with a name that says so.
  {
    pattern:
      /(--?(?:pass(?:word|wd|phrase)?|token|secret|api-?key|auth-?token|access-?key|secret-?key|private-?key)[ =])(?!-)[^\s]{1,512}/gi,
    replacement: `$1${MARK}`,
  },
  {
    pattern:
      /((?:(?:password|passwd|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|credential)s?|\bpwd|\bpass)["']?\s{0,4}[=:]\s{0,4})(?!\[redacted\])(?:"[^"\n]{1,512}"|'[^'\n]{1,512}'|[^\s"',;&)}\]]{1,512})/gi,
    replacement: `$1${MARK}`,
  },
  { pattern: /((?:^|\n)[ \t]{0,8}(?:set-)?cookie:\s{0,4})[^\n]{1,4096}/gi, replacement: `$1${MARK}` },
  { pattern: /(\bauthorization:\s{0,4})(?!\[redacted\])[^\n]{1,2048}/gi, replacement: `$1${MARK}` },
];

/**
 * Removes secrets from what a host said, on the host: nothing downstream ever holds them.
 *
 * Private keys, bearer tokens, JWTs, passwords in addresses, cloud and forge keys, crypt hashes, and values whose
 * name says that they are secret. A fence, not a proof: the policy keeps such files from being read at all.
 */
export function redactSecrets(text: string): string {
  let redacted = text;
  for (const { pattern, replacement } of PATTERNS) redacted = redacted.replaceAll(pattern, replacement);
  return redacted;
}
