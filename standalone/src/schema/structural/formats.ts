import { isIPv4, isIPv6 } from 'node:net';

function isRfc3339(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)[tT ](\d\d):(\d\d):(\d\d)(\.\d+)?([zZ]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return false;
  const [hours, minutes, seconds] = [Number(match[4]), Number(match[5]), Number(match[6])];
  return isCalendarDate(`${match[1]}-${match[2]}-${match[3]}`) && hours < 24 && minutes < 60 && seconds < 60;
}

function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** True for a duration that Go's time.ParseDuration takes: `1h30m`, `-1.5s`, `0`, `22 ns`. */
export function isGoDuration(text: string): boolean {
  // The Greek mu stands escaped: one letter beyond Latin-1 doubles what a bundle's source takes in memory.
  return /^[-+]?(0|((\d+(\.\d*)?|\.\d+)\s*(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w))+)$/.test(text);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false;
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}

function isUri(text: string): boolean {
  return (text.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) && URL.canParse(text, 'http://localhost');
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function isLongName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => DNS_LABEL.test(label));
}

const hex = (pattern: string): ((text: string) => boolean) => {
  const regexp = new RegExp(pattern, 'i');
  return (text) => regexp.test(text);
};

/** Formats that kube-apiserver enforces on strings of CRDs, dashes removed; others are accepted and ignored. */
const STRING_FORMATS: Record<string, (text: string) => boolean> = {
  datetime: isRfc3339,
  date: isCalendarDate,
  duration: isGoDuration,
  byte: hex('^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$'),
  uuid: hex('^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'),
  uuid3: hex('^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$'),
  uuid4: hex('^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$'),
  uuid5: hex('^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$'),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: hex('^([0-9a-f]{2}([:-][0-9a-f]{2}){5,7})$'),
  uri: isUri,
  email: hex('^[^\\s@<>]+@[^\\s@<>]+$'),
  hostname: hex('^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\\.?$'),
  hexcolor: hex('^#?([0-9a-f]{3}|[0-9a-f]{6})$'),
  bsonobjectid: hex('^[0-9a-f]{24}$'),
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
