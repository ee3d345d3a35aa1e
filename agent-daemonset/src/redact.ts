/** One kind of secret, and what to put in its place; `$1` is what may stay. */
interface SecretPattern {
  pattern: RegExp;
  replacement: string;
}

const MARK = '[redacted]';

/** Words that name a secret at the end of a longer name: DB_PASSWORD, db.password, clientSecret, x-auth-token. */
const SECRET_NAME =
  '(?:password|passwd|passphrase|passwort|secret|token|credential|api_?-?key|access_?-?key|private_?-?key|preshared_?-?key|account_?-?key|secret_?-?key|encryption_?-?key|master_?-?key|signing_?-?key|client-key-data|key_base|bindpw|rootpw|requirepass|masterauth)';
/** What may stand for a value: quoted, with escapes, or a word. A number of tokens and the like is none. */
const VALUE = `(?:"(?:[^"\\\\\\n]|\\\\.){1,512}"|'[^'\\n]{1,512}'|[^\\s"',;&)}\\]]{1,512})`;

/**
 * Secrets as they show in output, most specific first. All patterns are linear: no nested repetition, bounded runs.
 *
 * They err on the side of hiding: a hidden word costs one clue, a leaked one costs a credential. Names of kernel functions
 * and plain words stay, since stacks and logs are the evidence.
 */
const PATTERNS: readonly SecretPattern[] = [
  {
    pattern:
      /(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)[\s\S]{0,16384}?(?:(-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)|$)/g,
    replacement: `$1 ${MARK} $2`,
  },
  // JSON web tokens, wherever they stand.
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, replacement: MARK },
  // PEM in base64, as kubeconfigs carry it: "-----BEGIN".
  { pattern: /\bLS0tLS1CRUdJTi[A-Za-z0-9+/=]{8,}/g, replacement: MARK },
  // A word alone is no credential: "basic functionality". It has a digit, a capital, padding, or stands in a header.
  {
    pattern: /\b(bearer|basic|dpop)\s+(?=[^\s"']{0,256}[A-Z0-9=])[A-Za-z0-9+/._~=-]{8,}/g,
    replacement: `$1 ${MARK}`,
  },
  {
    pattern: /\b(Bearer|Basic|DPoP|BEARER|BASIC)\s+(?=[^\s"']{0,256}[A-Z0-9=])[A-Za-z0-9+/._~=-]{8,}/g,
    replacement: `$1 ${MARK}`,
  },
  // user:password@ in an address; a password may hold slashes and at signs.
  {
    pattern: /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@"'<>[\]]{0,128}:)(?!\d{1,5}(?:[/\s]|$))[^\s"'<>]{1,256}@/gi,
    replacement: `$1${MARK}@`,
  },
  // A token for the user's name; "git" and the like are none.
  { pattern: /\b(https?:\/\/)(?=[^\s:/@]{0,64}\d)[A-Za-z0-9_-]{12,256}@/gi, replacement: `$1${MARK}@` },
  { pattern: /(\bhooks\.slack\.com\/services\/)[A-Za-z0-9/]{8,}/g, replacement: `$1${MARK}` },
  // Keys with a prefix of their own: AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI and the like, npm, Vault, age.
  { pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g, replacement: MARK },
  {
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g,
    replacement: MARK,
  },
  {
    pattern:
      /\b(?:xox[abeprs]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|hvs\.[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{30,}|do[opr]_v1_[0-9a-f]{40,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|AGE-SECRET-KEY-1[A-Z0-9]+)/g,
    replacement: MARK,
  },
  { pattern: /\b(?:sk|rk|pk)[-_](?:live|test)_[A-Za-z0-9]{10,}/g, replacement: MARK },
  // With a digit and a capital: sk_stream_wait_memory is a function of the kernel.
  { pattern: /\bsk-(?=[A-Za-z0-9_-]{0,200}\d)(?=[A-Za-z0-9_-]{0,200}[A-Z])[A-Za-z0-9_-]{16,200}/g, replacement: MARK },
  // Hashes of crypt(3), as in /etc/shadow, and of boot loaders and directories.
  { pattern: /\$(?:1|2[aby]|5|6|7|y|gy|apr1|argon2(?:id|i|d))\$[./A-Za-z0-9$=,+]{8,}/g, replacement: MARK },
  { pattern: /\bgrub\.pbkdf2\.sha512\.[0-9A-Fa-f.]{8,}/g, replacement: MARK },
  { pattern: /\{(?:SSHA\d{0,3}|SHA|MD5|CRYPT)\}\S{1,256}/g, replacement: MARK },
  // Signed addresses of object stores.
  {
    pattern: /([?&;](?:sig|signature|x-amz-(?:signature|security-token|credential))=)[^&\s"']{8,2048}/gi,
    replacement: `$1${MARK}`,
  },
  { pattern: /(\bx-amz-(?:signature|security-token)[=:]\s{0,4})[^&\s"']{8,2048}/gi, replacement: `$1${MARK}` },
  // Programs that take a password in an option of one letter.
  {
    pattern: /(\b(?:curl|wget)\b[^\n|;]{0,512}?\s(?:-u|--user|--proxy-user)[ =]?[^\s:]{1,128}:)(?!\/\/)[^\s]{1,256}/g,
    replacement: `$1${MARK}`,
  },
  {
    pattern:
      /(\b(?:mysql\w{0,12}|mariadb[\w-]{0,12}|mysqladmin)\b[^\n|;]{0,512}?[\s\0]-p)(?!\s|\0|\[redacted\])[^\s\0]{1,256}/g,
    replacement: `$1${MARK}`,
  },
  { pattern: /(\bsshpass[\s\0]{1,4}-p[\s\0]{0,2})(?!\[redacted\])[^\s\0]{1,256}/g, replacement: `$1${MARK}` },
  {
    pattern: /(\bredis-cli\b[^\n|;]{0,256}?[\s\0](?:-a|--pass)[\s\0]{1,2})(?!\[redacted\])[^\s\0]{1,256}/g,
    replacement: `$1${MARK}`,
  },
  // Words of configuration whose value follows a space.
  {
    pattern:
      /((?:^|[\n ])[ \t]{0,8}(?:requirepass|masterauth|bindpw|rootpw|wpa-psk|wpa-passphrase|wireless-key)[ \t]{1,8})(?!\[redacted\])[^\s]{1,512}/g,
    replacement: `$1${MARK}`,
  },
  // netrc: all on one line.
  {
    pattern: /(\blogin[ \t]{1,4}\S{1,128}[ \t]{1,4}password[ \t]{1,4})(?!\[redacted\])\S{1,256}/g,
    replacement: `$1${MARK}`,
  },
  // --password VALUE, and name=value, name: value, "name": "value" with a name that says so.
  {
    pattern:
      /(--?(?:[a-z0-9]{1,20}[-_]){0,3}(?:pass(?:word|wd|phrase)?|token|secret|api-?key|access-?key|secret-?key|private-?key)[ =\0])(?!-|\[redacted\])[^\s\0]{1,512}/gi,
    replacement: `$1${MARK}`,
  },
  {
    // A count of tokens is none: max_tokens=4096.
    pattern: new RegExp(
      `((?:${SECRET_NAME}|(?:\\b|_)(?:pwd|pass|psk))["']?\\s{0,4}[=:]\\s{0,4})(?!\\[redacted\\])(?:[|>]-?[ \\t]{0,8}\\n[ \\t]{1,32}[^\\n]{1,512}|${VALUE})`,
      'gi',
    ),
    replacement: `$1${MARK}`,
  },
  {
    pattern: /((?:^|[\n"' ])[ \t]{0,8}(?:set-)?cookie:\s{0,4})(?!\s|\[redacted\]|0x)[^\n]{1,4096}/gi,
    replacement: `$1${MARK}`,
  },
  { pattern: /(\bauthorization["']?\s{0,4}[:=]\s{0,4})(?!\s|\[redacted\])[^\n]{1,2048}/gi, replacement: `$1${MARK}` },
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
