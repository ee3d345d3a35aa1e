import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, one, some, valued } from '../grammar/grammar.ts';
import { int, localAddress, match, name, oneOf } from '../grammar/value-kinds.ts';

const family = oneOf('ip ip6 inet arp bridge netdev');
const identifier = match('[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}', 'a name');
const table = oneOf('filter nat mangle raw security');
const chain = match('[A-Za-z0-9_][A-Za-z0-9_.:-]{0,31}', 'a chain');

function packetFilter(tool: string): Command {
  return {
    name: tool,
    use: 'packet filter rules with counters',
    examples: [`${tool} -n -v -L INPUT`, `${tool} -S`],
    options: {
      ...flags('-L -S -n -v -x -4 -6 --list --list-rules --numeric --verbose --exact --line-numbers'),
      ...valued('-t --table', table),
      ...attached('-w --wait', int(0, 10)),
    },
    require: [['-L', '-S', '--list', '--list-rules']],
    exclusive: [['-L', '-S', '--list', '--list-rules']],
    forms: [[maybe(chain), maybe(int(1, 99_999))]],
    needs: 'netAdmin',
    network: 'inet',
  };
}

function filterDump(tool: string): Command {
  return {
    name: tool,
    use: 'all packet filter rules',
    examples: [`${tool} -c`],
    options: { ...flags('-c --counters'), ...valued('-t --table', table) },
    needs: 'netAdmin',
    network: 'inet',
  };
}

/** Commands that show firewalls and connection tracking. */
export const firewallCommands: readonly Command[] = [
  {
    name: 'nft',
    use: 'nftables rules and counters',
    examples: ['nft list ruleset', 'nft -a list chain inet filter input'],
    options: flags(
      '-a -n -s -j -y -p -S -u -t -N -T --handle --numeric --stateless --json --numeric-priority --numeric-protocol --service --guid --terse --numeric-time --reversedns-off',
    ),
    verbs: {
      list: {
        forms: [
          [
            one(oneOf('ruleset tables chains sets maps counters quotas limits flowtables hooks synproxys')),
            maybe(family),
          ],
          [one(oneOf('table')), maybe(family), one(identifier)],
          [
            one(oneOf('chain set map counter quota limit flowtable meter')),
            maybe(family),
            one(identifier),
            one(identifier),
          ],
          [one(oneOf('ct')), one(oneOf('helper timeout helpers timeouts')), some(identifier, 4)],
        ],
      },
    },
    needs: 'netAdmin',
    network: 'netlink',
  },
  packetFilter('iptables'),
  packetFilter('ip6tables'),
  packetFilter('iptables-nft'),
  packetFilter('iptables-legacy'),
  filterDump('iptables-save'),
  filterDump('ip6tables-save'),
  {
    name: 'ebtables',
    use: 'bridge filter rules',
    examples: ['ebtables -L'],
    options: { ...flags('-L --Lc --Ln --Lx'), ...valued('-t', oneOf('filter nat broute')) },
    require: [['-L']],
    forms: [[maybe(chain)]],
    needs: 'netAdmin',
    network: 'inet',
  },
  {
    name: 'ipset',
    use: 'sets of addresses',
    examples: ['ipset list -n'],
    options: flags('-L -n -t -s -q --name --terse --sorted'),
    verbs: { list: { forms: [[maybe(identifier)]] } },
    verbOptional: true,
    needs: 'netAdmin',
    network: 'netlink',
  },
  {
    name: 'ipvsadm',
    use: 'virtual servers with their counters',
    examples: ['ipvsadm -L -n --stats'],
    options: flags('-L -l -n -c --list --numeric --stats --rate --connection --timeout --daemon --exact --sort'),
    require: [['-L', '-l', '--list']],
    needs: 'netAdmin',
    network: 'netlink',
  },
  {
    name: 'conntrack',
    use: 'connection tracking table and its statistics',
    examples: ['conntrack -S', 'conntrack -C', 'conntrack -L -p tcp'],
    options: {
      ...flags('-L -S -C -n -g -j --dump --stats --count --src-nat --dst-nat --any-nat'),
      ...valued('-p --proto', oneOf('tcp udp icmp icmpv6 sctp gre dccp udplite')),
      ...valued('-s -d -r -q --src --dst --orig-src --orig-dst --reply-src --reply-dst', localAddress),
      ...valued('--sport --dport --orig-port-src --orig-port-dst', int(1, 65_535)),
      ...valued('--state', match('[A-Z_]{2,16}', 'a state')),
      ...valued('-f --family', oneOf('ipv4 ipv6')),
      ...valued(
        '-o --output',
        match(
          '(?:extended|id|timestamp|labels|ktimestamp)(?:,(?:extended|id|timestamp|labels|ktimestamp))*',
          'an output form',
        ),
      ),
      ...valued('-m --mark', match('\\d{1,10}(?:/\\d{1,10})?', 'a mark')),
    },
    require: [['-L', '-S', '-C', '--dump', '--stats', '--count']],
    exclusive: [['-L', '-S', '-C', '--dump', '--stats', '--count']],
    forms: [[maybe(oneOf('conntrack expect dying unconfirmed'))]],
    needs: 'netAdmin',
    network: 'netlink',
  },
  {
    name: 'ufw',
    use: 'state of the firewall front end',
    examples: ['ufw status verbose'],
    verbs: { status: { forms: [[maybe(oneOf('verbose numbered'))]] } },
    needs: 'root',
    network: 'inet',
  },
  {
    name: 'firewall-cmd',
    use: 'zones and rules of firewalld',
    examples: ['firewall-cmd --list-all'],
    options: {
      ...flags(
        '--state --list-all --list-all-zones --get-active-zones --get-default-zone --get-zones --list-services --list-ports --list-rich-rules --list-interfaces --list-sources --permanent',
      ),
      ...valued('--zone', name),
    },
    network: 'unix',
  },
];
