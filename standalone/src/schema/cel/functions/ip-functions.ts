import { isIPv4, isIPv6 } from 'node:net';
import type { FunctionEntry } from './function-entry.ts';

/** An IP address in numbers. Zones and IPv4-mapped IPv6 addresses are refused, as in Kubernetes. */
export class IpValue {
  readonly family: 4 | 6;
  readonly bits: bigint;

  constructor(text: string) {
    if (isIPv4(text)) {
      this.family = 4;
      this.bits = text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    } else if (isIPv6(text) && !text.includes('%') && !/^::ffff:\d+\./i.test(text)) {
      this.family = 6;
      this.bits = parseV6(text);
    } else {
      const why = `ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
      throw new SyntaxError(`IP Address ${JSON.stringify(text)} parse error during conversion from string: ${why}`);
    }
  }

  /** True when the first `prefix` bits equal those of `text`. */
  isIn(text: string, prefix: number): boolean {
    const other = new IpValue(text);
    return other.family === this.family && this.masked(prefix) === other.masked(prefix);
  }

  /** The bits after the prefix set to zero. */
  masked(prefix: number): bigint {
    const width = this.family === 4 ? 32 : 128;
    const rest = BigInt(width - prefix);
    return (this.bits >> rest) << rest;
  }

  toString(): string {
    return this.family === 4 ? formatV4(this.bits) : formatV6(this.bits);
  }
}

function parseV6(text: string): bigint {
  const [dotted = ''] = /\d+\.\d+\.\d+\.\d+$/.exec(text) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  const groupsOfV4 = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const withoutV4 = dotted === '' ? text : text.slice(0, -dotted.length) + groupsOfV4;
  const [head = '', tail] = withoutV4.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function formatV4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** RFC 5952: the first longest run of zero groups, two or more, is shortened. */
function formatV6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_item, index) =>
    ((bits >> BigInt(112 - index * 16)) & 65535n).toString(16),
  );
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    const rest = groups.slice(start).findIndex((group) => group !== '0');
    const length = rest === -1 ? 8 - start : rest;
    if (length > best.length) best = { start, length };
  }
  if (best.length === 1) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // Text that is no address has an answer of its own: undefined.
    return undefined;
  }
}

/** A network: an address and its prefix length. */
export class CidrValue {
  readonly address: IpValue;
  readonly prefix: number;

  constructor(text: string) {
    const [address = '', bits = '', extra] = text.split('/');
    const ip = attempt(() => new IpValue(address));
    const isPrefix = /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (ip?.family === 4 ? 32 : 128);
    if (ip === undefined || extra !== undefined || !isPrefix) {
      const words = 'network address parse error during conversion from string: ';
      const why = text.includes('/') ? 'invalid address or prefix' : "no '/'";
      throw new SyntaxError(`${words}${words}netip.ParsePrefix(${JSON.stringify(text)}): ${why}`);
    }
    this.address = ip;
    this.prefix = Number(bits);
  }

  contains(ip: IpValue): boolean {
    return ip.family === this.address.family && ip.masked(this.prefix) === this.address.masked(this.prefix);
  }

  masked(): CidrValue {
    const width = this.address.family === 4 ? formatV4 : formatV6;
    return new CidrValue(`${width(this.address.masked(this.prefix))}/${this.prefix}`);
  }

  toString(): string {
    return `${this.address.toString()}/${this.prefix}`;
  }
}

const LINK_LOCAL: readonly (readonly [string, number])[] = [
  ['169.254.0.0', 16],
  ['fe80::', 10],
];
const LINK_LOCAL_MULTICAST: readonly (readonly [string, number])[] = [
  ['224.0.0.0', 24],
  ['ff02::', 16],
];

function isAny(ip: IpValue, ranges: readonly (readonly [string, number])[]): boolean {
  return ranges.some(([text, prefix]) => ip.isIn(text, prefix));
}

function isLoopback(ip: IpValue): boolean {
  return ip.isIn('127.0.0.0', 8) || ip.isIn('::1', 128);
}

function isGlobalUnicast(ip: IpValue): boolean {
  const isMulticast = ip.isIn('224.0.0.0', 4) || ip.isIn('ff00::', 8);
  const isBroadcast = ip.isIn('255.255.255.255', 32);
  return ip.bits !== 0n && !isLoopback(ip) && !isMulticast && !isBroadcast && !isAny(ip, LINK_LOCAL);
}

/** Kubernetes' IP and CIDR libraries. */
export const IP_FUNCTIONS: readonly FunctionEntry[] = [
  ['isIP(string): bool', (text: string) => attempt(() => new IpValue(text)) !== undefined],
  ['ip(string): net.IP', (text: string) => new IpValue(text)],
  ['IpNamespace.isCanonical(string): bool', (_ip: object, text: string) => new IpValue(text).toString() === text],
  ['string(net.IP): string', (ip: IpValue) => ip.toString()],
  ['net.IP.family(): int', (ip: IpValue) => BigInt(ip.family)],
  ['net.IP.isUnspecified(): bool', (ip: IpValue) => ip.bits === 0n],
  ['net.IP.isLoopback(): bool', isLoopback],
  ['net.IP.isLinkLocalMulticast(): bool', (ip: IpValue) => isAny(ip, LINK_LOCAL_MULTICAST)],
  ['net.IP.isLinkLocalUnicast(): bool', (ip: IpValue) => isAny(ip, LINK_LOCAL)],
  ['net.IP.isGlobalUnicast(): bool', isGlobalUnicast],
  ['isCIDR(string): bool', (text: string) => attempt(() => new CidrValue(text)) !== undefined],
  ['cidr(string): net.CIDR', (text: string) => new CidrValue(text)],
  ['string(net.CIDR): string', (cidr: CidrValue) => cidr.toString()],
  [
    'net.CIDR.containsIP(string): bool',
    (cidr: CidrValue, text: string) => cidr.contains(argument(() => new IpValue(text))),
  ],
  ['net.CIDR.containsIP(net.IP): bool', (cidr: CidrValue, ip: IpValue) => cidr.contains(ip)],
  [
    'net.CIDR.containsCIDR(string): bool',
    (cidr: CidrValue, text: string) =>
      containsCidr(
        cidr,
        argument(() => new CidrValue(text)),
      ),
  ],
  ['net.CIDR.containsCIDR(net.CIDR): bool', containsCidr],
  ['net.CIDR.ip(): net.IP', (cidr: CidrValue) => cidr.address],
  ['net.CIDR.masked(): net.CIDR', (cidr: CidrValue) => cidr.masked()],
  ['net.CIDR.prefixLength(): int', (cidr: CidrValue) => BigInt(cidr.prefix)],
];

/** Text that stands for an address as an argument; cel-go finds no function for one that is none. */
function argument<T>(make: () => T): T {
  const value = attempt(make);
  if (value === undefined) throw new TypeError('no such overload');
  return value;
}

function containsCidr(outer: CidrValue, inner: CidrValue): boolean {
  return inner.prefix >= outer.prefix && outer.contains(inner.address);
}
