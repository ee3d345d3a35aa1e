import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';
import type { LinkCounters, NetworkCounters } from '../snapshot/network-counters.ts';

/** Lines of item `network`. */
export function networkLines(sample: Sample): string[] {
  const late = sample.after.network;
  const early = sample.before.network;
  const links = [...late.links.values()].map((link) => linkLine(sample, early.links.get(link.name) ?? link, link));
  return [tcpLine(early, late), socketsLine(late), ...conntrackLines(late), ...links];
}

function tcpLine(early: NetworkCounters, late: NetworkCounters): string {
  const grown = (key: string): number =>
    Math.max(0, (late.protocols.get(key) ?? 0) - (early.protocols.get(key) ?? late.protocols.get(key) ?? 0));
  return factLine('tcp', {
    sample_segments_out: grown('Tcp.OutSegs'),
    sample_retransmits: grown('Tcp.RetransSegs'),
    sample_listen_overflows: grown('TcpExt.ListenOverflows'),
    listen_overflows: late.protocols.get('TcpExt.ListenOverflows'),
    sample_listen_drops: grown('TcpExt.ListenDrops'),
    sample_attempt_fails: grown('Tcp.AttemptFails'),
    sample_resets: grown('Tcp.EstabResets'),
    established: late.protocols.get('Tcp.CurrEstab'),
  });
}

function socketsLine(network: NetworkCounters): string {
  const tcp = network.sockets.get('TCP');
  return factLine('sockets', {
    used: network.sockets.get('sockets')?.get('used'),
    tcp_inuse: tcp?.get('inuse'),
    tcp_orphan: tcp?.get('orphan'),
    time_wait: tcp?.get('tw'),
    tcp_mem: withUnit(tcp?.get('mem') ?? 0, 'pages'),
    udp_inuse: network.sockets.get('UDP')?.get('inuse'),
    port_range: network.portRange,
  });
}

function conntrackLines(network: NetworkCounters): string[] {
  const { conntrackCount: count, conntrackMax: max } = network;
  if (count === undefined || max === undefined || max === 0) return [];
  return [factLine('conntrack', { count, max, use: withUnit(Math.round((100 * count) / max), '%') })];
}

function linkLine(sample: Sample, early: LinkCounters, late: LinkCounters): string {
  const rate = (after: number, before: number): string =>
    withUnit(Math.round(Math.max(0, after - before) / sample.seconds), 'B/s');
  return factLine('link', {
    name: late.name,
    state: late.state,
    carrier: late.carrier,
    mtu: late.mtu,
    rx_rate: rate(late.receivedBytes, early.receivedBytes),
    tx_rate: rate(late.sentBytes, early.sentBytes),
    sample_errors: Math.max(0, late.errors - early.errors),
    sample_dropped: Math.max(0, late.dropped - early.dropped),
    errors: late.errors,
    dropped: late.dropped,
  });
}
