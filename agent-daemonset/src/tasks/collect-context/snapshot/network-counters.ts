import type { CollectorHost } from '../../../host/collector-host.ts';
import { parseInteger } from './key-values.ts';

/** Counters of one network link since it came up. */
export interface LinkCounters {
  name: string;
  state: string;
  carrier: string;
  mtu: number | undefined;
  receivedBytes: number;
  sentBytes: number;
  errors: number;
  dropped: number;
}

/** Counters of the network: links, protocol counters such as `TcpExt.ListenOverflows`, sockets, connection tracking. */
export interface NetworkCounters {
  links: ReadonlyMap<string, LinkCounters>;
  protocols: ReadonlyMap<string, number>;
  /** Lines of /proc/net/sockstat by protocol. */
  sockets: ReadonlyMap<string, ReadonlyMap<string, number>>;
  portRange: string;
  conntrackCount: number | undefined;
  conntrackMax: number | undefined;
}

/** Reads the network as the agent's own network namespace shows it. */
export async function readNetwork(host: CollectorHost): Promise<NetworkCounters> {
  const [snmp, netstat, sockstat, range, count, max] = await Promise.all([
    host.readFile('/proc/net/snmp'),
    host.readFile('/proc/net/netstat'),
    host.readFile('/proc/net/sockstat'),
    host.readFile('/proc/sys/net/ipv4/ip_local_port_range'),
    host.readFile('/proc/sys/net/netfilter/nf_conntrack_count'),
    host.readFile('/proc/sys/net/netfilter/nf_conntrack_max'),
  ]);
  return {
    links: await readLinks(host),
    protocols: parseProtocols(`${snmp ?? ''}\n${netstat ?? ''}`),
    sockets: parseSockstat(sockstat),
    portRange: (range ?? '').trim().replaceAll(/\s+/gu, '-'),
    conntrackCount: parseInteger(count),
    conntrackMax: parseInteger(max),
  };
}

async function readLinks(host: CollectorHost): Promise<ReadonlyMap<string, LinkCounters>> {
  const text = (await host.readFile('/proc/net/dev')) ?? '';
  const links = new Map<string, LinkCounters>();
  for (const [, name = '', numbers = ''] of text.matchAll(/^\s*([^\s:]+):\s*([\d ]+)$/gmu)) {
    if (links.size >= 64) break;
    const fields = numbers.trim().split(/ +/u).map(Number);
    const field = (index: number): number => fields[index] ?? 0;
    const [state, carrier, mtu] = await Promise.all([
      host.readFile(`/sys/class/net/${name}/operstate`),
      host.readFile(`/sys/class/net/${name}/carrier`),
      host.readFile(`/sys/class/net/${name}/mtu`),
    ]);
    links.set(name, {
      name,
      state: (state ?? '').trim() || 'unknown',
      carrier: (carrier ?? '').trim() || 'unknown',
      mtu: parseInteger(mtu),
      receivedBytes: field(0),
      sentBytes: field(8),
      errors: field(2) + field(10),
      dropped: field(3) + field(11),
    });
  }
  return links;
}

/** Parses the pairs of lines `Tcp: name name ...` and `Tcp: 1 2 ...`. */
function parseProtocols(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [protocol = '', ...fields] = line.split(/:? +/u);
    const known = names.get(protocol);
    if (known === undefined) names.set(protocol, fields);
    else known.forEach((name, index) => values.set(`${protocol}.${name}`, Number(fields[index] ?? 0)));
  }
  return values;
}

function parseSockstat(text: string | undefined): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const sockets = new Map<string, ReadonlyMap<string, number>>();
  for (const [, protocol = '', rest = ''] of (text ?? '').matchAll(/^(\w+): (.*)$/gmu)) {
    const pairs = [...rest.matchAll(/(\w+) (\d+)/gu)].map(([, key = '', value]): [string, number] => [
      key,
      Number(value),
    ]);
    sockets.set(protocol, new Map(pairs));
  }
  return sockets;
}
