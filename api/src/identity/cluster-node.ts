import { BlockList, isIP } from 'node:net';
import type { KubeObject, ResourceType } from '@nannyapi/runtime';

/** The part of a Kubernetes Node that is read. */
export interface Node extends KubeObject {
  spec?: { podCIDR?: string; podCIDRs?: string[] };
  status?: { addresses?: { type: string; address: string }[] };
}

/** The resource `nodes`. */
export const NodeResource: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
};

/**
 * Annotations in which networks note further addresses of a node: those of its tunnels, which stand as source on what
 * the node itself sends to pods elsewhere. Calico: `pkg/apis/.../annotations`; Cilium: `pkg/annotation`.
 */
const ADDRESS_ANNOTATIONS = [
  'projectcalico.org/IPv4Address',
  'projectcalico.org/IPv6Address',
  'projectcalico.org/IPv4IPIPTunnelAddr',
  'projectcalico.org/IPv4VXLANTunnelAddr',
  'projectcalico.org/IPv6VXLANTunnelAddr',
  'projectcalico.org/IPv4WireguardInterfaceAddr',
  'projectcalico.org/IPv6WireguardInterfaceAddr',
  'network.cilium.io/ipv4-cilium-host',
  'network.cilium.io/ipv6-cilium-host',
  'flannel.alpha.coreos.com/public-ip',
] as const;

/**
 * All addresses from which traffic of a node itself may come.
 *
 * kube-proxy masquerades what a node sends to a Service: the source is then the address of the interface that leads to
 * the pod, which is the node's own or, with a bridge or a tunnel, one of its pod range.
 */
export function addressesOf(node: Node): BlockList {
  const { spec, status, metadata } = node;
  const list = new BlockList();
  for (const { type, address } of status?.addresses ?? []) if (type.endsWith('IP')) addAddress(list, address);
  for (const range of new Set([...(spec?.podCIDRs ?? []), spec?.podCIDR ?? ''])) addRange(list, range);
  for (const name of ADDRESS_ANNOTATIONS) addAddress(list, metadata.annotations?.[name]?.split('/')[0] ?? '');
  return list;
}

/** A list of addresses and ranges, with commas between. @throws RangeError that names the first one that is neither. */
export function parseRanges(text: string): BlockList {
  const list = new BlockList();
  for (const range of text.split(',').map((part) => part.trim()))
    if (range !== '' && !addAddress(list, range) && !addRange(list, range))
      throw new RangeError(`${JSON.stringify(range)} is neither an IP address nor a CIDR`);
  return list;
}

/** Whether an address is in a list; an IPv4 address is one also on a socket of both families. */
export function holds(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  const family = familyOf(plain);
  return family !== undefined && list.check(plain, family);
}

/** An IPv4 address as such, also from a socket of both families; without the zone of a link-local one. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function addAddress(list: BlockList, address: string): boolean {
  const family = familyOf(address);
  if (family) list.addAddress(address, family);
  return family !== undefined;
}

function addRange(list: BlockList, range: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  const family = familyOf(address);
  if (!family || Number(bits) > (family === 'ipv4' ? 32 : 128)) return false;
  list.addSubnet(address, Number(bits), family);
  return true;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined;
}
