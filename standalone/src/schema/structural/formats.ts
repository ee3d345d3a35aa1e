import { isIPv4, isIPv6 } from 'node:net';
import { isIsbn10, isIsbn13, isPaymentCard } from './check-digits.ts';
import { isDuration } from './go-duration.ts';
import { parseRequestUri } from './go-uri.ts';

/** What nearly all times look like; days up to the 28th are in every month. */
const PLAIN_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** As strfmt reads RFC 3339: any letter may stand before the fraction of a second. */
function isDateTime(text: string): boolean {
  if (PLAIN_TIME.test(text)) return true;
  const [date = '', time] = text.toLowerCase().split('t');
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})$/u.exec(time ?? '');
  if (match === null || !isCalendarDate(date)) return false;
  return Number(match[1]) < 24 && Number(match[2]) < 60 && Number(match[3]) < 60;
}

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** IPv4 with leading zeros, as Kubernetes still takes it. */
function isSloppyIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) < 256);
}

/** IPv6 without a zone. */
function isPlainIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  const [address, bits] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (slash === -1 || !/^\d+$/.test(bits)) return false;
  return Number(bits) <= (isSloppyIpv4(address) ? 32 : 128) && (isSloppyIpv4(address) || isPlainIpv6(address));
}

/** Go's net.ParseMAC: 6, 8 or 20 bytes in pairs with colons or dashes, or in fours with dots. */
function isMac(text: string): boolean {
  const isPairs = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})*$/i.test(text);
  const isFours = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text);
  return (isPairs || isFours) && [12, 16, 40].includes(text.replace(/[^0-9a-f]/gi, '').length);
}

function isUri(text: string): boolean {
  try {
    parseRequestUri(text);
    return true;
  } catch {
    // Not a URI is the answer, not a fault.
    return false;
  }
}

const LETTER = 'a-zA-Z0-9\\p{S}\\p{L}';
const HOSTNAME = new RegExp(
  `^([${LETTER}]((-?[${LETTER}]{0,62})?)|([${LETTER}](([-${LETTER}]{0,61}[${LETTER}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$`,
  'u',
);

function isHostname(text: string): boolean {
  const isShort = Buffer.byteLength(text) <= 255 && text.split('.').every((label) => Buffer.byteLength(label) <= 63);
  return isShort && HOSTNAME.test(text);
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function isLongName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => DNS_LABEL.test(label));
}

const hex = (pattern: string): ((text: string) => boolean) => {
  const regexp = new RegExp(pattern, 'i');
  return (text) => regexp.test(text);
};
const uuid = (third: string, fourth: string): ((text: string) => boolean) =>
  hex(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`);
const BYTE = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';

/** Formats that kube-apiserver enforces on strings of CRDs, dashes removed; others are accepted and ignored. */
const STRING_FORMATS: Record<string, (text: string) => boolean> = {
  datetime: isDateTime,
  date: isCalendarDate,
  duration: isDuration,
  byte: hex('^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=|[a-z0-9+/]{4})$'),
  password: () => true,
  uuid: uuid('[0-9a-f]{4}', '[0-9a-f]{4}'),
  uuid3: uuid('3[0-9a-f]{3}', '[0-9a-f]{4}'),
  uuid4: uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  uuid5: uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  ipv4: (text) => isSloppyIpv4(text) || (isPlainIpv6(text) && isIPv4(text.slice(text.lastIndexOf(':') + 1))),
  ipv6: isPlainIpv6,
  cidr: isCidr,
  mac: isMac,
  uri: isUri,
  email: hex('^(?:[^@<>]*<)?[^\\s@<>()\\[\\],;:"]+@[^\\s@<>()\\[\\],;:"]+>?$'),
  hostname: isHostname,
  hexcolor: hex('^#?([0-9a-f]{3}|[0-9a-f]{6})$'),
  rgbcolor: hex(`^rgb\\(\\s*${BYTE}\\s*,\\s*${BYTE}\\s*,\\s*${BYTE}\\s*\\)$`),
  bsonobjectid: hex('^[0-9a-f]{24}$'),
  ssn: hex('^(?=.{11}$)\\d{3}[- ]?\\d{2}[- ]?\\d{4}$'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isPaymentCard,
  k8sshortname: (text) => text.length <= 63 && DNS_LABEL.test(text),
  k8slongname: isLongName,
};

/** Whether a string satisfies a format; true for a format that is not enforced. */
export function matchesStringFormat(format: string, text: string): boolean {
  const key = format.replaceAll('-', '');
  return Object.hasOwn(STRING_FORMATS, key) ? (STRING_FORMATS[key]?.(text) ?? true) : true;
}

/** Whether kube-apiserver enforces a format on a schema of the type given; other formats are as if absent. */
export function isEnforcedFormat(format: string | undefined, type: string | undefined): format is string {
  if (format === undefined || format === '') return false;
  if (type === 'integer') return format === 'int32' || format === 'int64';
  if (type === 'number') return format === 'float' || format === 'double';
  return (type ?? 'string') === 'string' && Object.hasOwn(STRING_FORMATS, format.replaceAll('-', ''));
}
