import type { Command, Grammar, Slot } from '../grammar/grammar.ts';
import { flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import { address, anyOf, iface, int, localAddress, match, name, oneOf } from '../grammar/value-kinds.ts';

const endpoint =
  '(?:\\d{1,5}|\\d{1,3}(?:\\.\\d{1,3}){0,3}|\\[[0-9a-fA-F:]+\\]|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*(?:\\.\\d{1,3}){0,3}|\\*)?(?:/\\d{1,3})?(?::(?:[a-z0-9-]{1,20}|\\*))?';
const ssToken = `(?:state|exclude|all|connected|synchronized|bucket|big|established|syn-sent|syn-recv|fin-wait-1|fin-wait-2|time-wait|closed|close-wait|last-ack|listening|listen|closing|dst|src|dport|sport|dev|fwmark|cgroup|autobound|and|or|not|eq|ne|neq|gt|ge|lt|le|geq|leq|=|==|!=|>=|<=|>|<|[()!]|${endpoint})`;
/** A filter of ss may come as words or as one quoted text. */
const ssFilter = match(`${ssToken}(?: +${ssToken}){0,30}`, 'a filter such as state established or dport = :443');
const keyword = match('[a-z][a-z0-9_-]{0,31}', 'a keyword');
const ipSelector = anyOf(keyword, iface, localAddress, int(0, 4_294_967_295));
const neverChanges =
  'dev|up|type|master|scope|to|table|proto|via|src|root|match|exact|cache|label|dynamic|permanent|primary|secondary|tentative|deprecated|nud|proxy|vrf|nomaster|unused|all|main|local|default|oif|iif|from|prefsrc|group|id|fdb|vni|vid|br|brport|parent|ingress|egress|clsact|handle|pref|protocol|chain|block|classid|invisible';
const ipWord = anyOf(
  match(neverChanges, 'a selector'),
  localAddress,
  match('[A-Za-z0-9][A-Za-z0-9_.:@-]{0,31}', 'a name'),
);
const ipShow: Grammar = { forms: [[some(ipWord, 12)]] };
const routeGet: Grammar = {
  forms: [
    [
      one(localAddress),
      some(
        anyOf(
          match('from|iif|oif|mark|vrf|dev|ipproto|sport|dport|uid|tos|to|tcp|udp|icmp|fibmatch', 'a selector'),
          localAddress,
          iface,
          int(0, 4_294_967_295),
        ),
        12,
      ),
    ],
    [one(oneOf('to')), one(localAddress), some(ipSelector, 8)],
  ],
};

function shows(more: Readonly<Record<string, Grammar>> = {}): Grammar {
  return { verbs: { 'show list ls lst': ipShow, ...more }, verbOptional: true };
}

const ipOptions = flags(
  '-4 -6 -0 -B -M -s -d -j -p -o -br -brief -h -t -ts -i -iec -N -a -stats -statistics -details -json -pretty -oneline -human -human-readable -timestamp -tshort -numeric --json --brief --details --stats -c -color -c=never -color=never',
);
const ethtoolQuery = flags(
  '-S -i -k -g -c -a -l -n -x -T -m -P -u --statistics --driver --show-features --show-offload --show-ring --show-coalesce --show-pause --show-channels --show-ntuple --show-nfc --show-rxfh --show-rxfh-indir --show-time-stamping --module-info --show-permaddr --show-eee --show-fec --show-priv-flags --phy-statistics --show-tunnels --show-module -I --include-statistics --json',
);
const tcShow: Grammar = { forms: [[some(ipWord, 10)]] };
const bridgeShow: Grammar = { verbs: { 'show list ls': ipShow }, verbOptional: true };
const pingTarget: Slot = one(anyOf(address, { kind: 'hostName' }));

/** Commands that show sockets, links, routes and neighbours, and that probe near addresses. */
export const networkCommands: readonly Command[] = [
  {
    name: 'ss',
    use: 'sockets with state, queues, timers and TCP figures',
    examples: ['ss -s', 'ss -tin state established', 'ss -ltnp'],
    options: {
      ...flags(
        '-a -l -n -e -m -p -i -o -s -t -u -w -x -d -S -0 -4 -6 -H -O -b -Z -M -T -Q --all --listening --numeric --extended --memory --processes --info --options --summary --tcp --udp --raw --unix --dccp --sctp --packet --ipv4 --ipv6 --no-header --oneline --bpf --tipc --vsock --xdp --mptcp --cgroup --threads --no-queues --tos --inet-sockopt --bound-inactive -B',
      ),
      ...valued('-f --family', oneOf('unix inet inet6 link netlink vsock tipc xdp mptcp')),
      ...valued('-A --query --socket', match('[a-z_!]+(?:,[a-z_!]+)*', 'a list of socket tables')),
    },
    forms: [[some(ssFilter, 40)]],
    needsWith: { '-p': 'ptraceFileRead', '--processes': 'ptraceFileRead' },
    network: 'netlink',
  },
  {
    name: 'ip',
    use: 'addresses, links, routes, rules and neighbours',
    examples: ['ip -s link show', 'ip route get 127.0.0.1', 'ip neigh show'],
    optionStyle: 'whole',
    options: { ...ipOptions, ...valued('-f -family', oneOf('inet inet6 link bridge mpls')) },
    verbs: {
      'addr address a': shows(),
      'link l': {
        options: ipOptions,
        ...shows({
          xstats: {
            forms: [
              [
                several(
                  match(
                    'type|bond|bridge|bridge_slave|bond_slave|dev|stp|mcast|802.3ad|[a-z][a-z0-9.@-]{0,14}',
                    'a selector',
                  ),
                  6,
                ),
              ],
            ],
          },
        }),
      },
      'route r ro': shows({ get: routeGet }),
      'neigh neighbor neighbour n': shows({ get: { forms: [[several(ipWord, 4)]] } }),
      'rule ru': shows(),
      'maddr maddress m': shows(),
      'mroute mr': shows(),
      'tunnel tunl tun': shows(),
      'tcp_metrics tcpmetrics': shows({ get: { forms: [[one(localAddress)]] } }),
      nexthop: shows({ get: { forms: [[one(oneOf('id')), one(int(1, 4_294_967_295))]] } }),
      vrf: shows(),
      netns: {
        verbs: {
          'list show ls lst': {},
          'list-id': {},
          pids: { forms: [[one(name)]] },
          identify: { forms: [[maybe(int(1, 4_194_304))]] },
        },
        verbOptional: true,
      },
      tuntap: { verbs: { 'show list ls lst': {} } },
      xfrm: { verbs: { policy: { verbs: { 'show list ls': {} }, verbOptional: true } } },
      netconf: shows(),
      ntable: shows(),
      addrlabel: { verbs: { 'list show ls': {} } },
      stats: { verbs: { show: { forms: [[some(ipWord, 8)]] } } },
    },
    network: 'netlink',
  },
  {
    name: 'tc',
    use: 'queueing disciplines with drops and overlimits',
    examples: ['tc -s qdisc show', 'tc -s class show dev eth0'],
    optionStyle: 'whole',
    options: flags(
      '-s -d -r -j -p -iec -g -nm -stats -statistics -details -raw -json -pretty -graph -name -o -oneline',
    ),
    verbs: {
      'qdisc class filter chain action actions': { verbs: { 'show list ls lst': tcShow }, verbOptional: true },
    },
    network: 'netlink',
  },
  {
    name: 'bridge',
    use: 'bridge ports, forwarding table and VLANs',
    examples: ['bridge link show', 'bridge fdb show'],
    optionStyle: 'whole',
    options: flags('-s -d -j -p -o -c=never -stats -statistics -details -json -pretty -oneline -compressvlans'),
    verbs: {
      link: bridgeShow,
      fdb: { verbs: { 'show list ls': ipShow, get: { forms: [[several(ipWord, 8)]] } }, verbOptional: true },
      vlan: bridgeShow,
      mdb: bridgeShow,
      vni: bridgeShow,
      mst: bridgeShow,
    },
    network: 'netlink',
  },
  {
    name: 'ethtool',
    use: 'settings, features and statistics of a network interface',
    examples: ['ethtool -S eth0', 'ethtool eth0'],
    optionStyle: 'whole',
    options: ethtoolQuery,
    exclusive: [
      Object.keys(ethtoolQuery).filter((option) => !['-I', '--include-statistics', '--json'].includes(option)),
    ],
    forms: [[one(iface)]],
    network: 'netlink',
  },
  {
    name: 'nstat',
    use: 'counters of the IP stack, without touching their history',
    examples: ['nstat -asz TcpRetransSegs', 'nstat -as'],
    options: flags('-a -s -z -p -j --ignore --noupdate --zeros --json --pretty'),
    require: [['-s', '--noupdate']],
    forms: [[some(match('[A-Za-z0-9*?]{1,64}', 'a counter'), 32)]],
    network: 'netlink',
  },
  {
    name: 'netstat',
    use: 'sockets, routes and protocol statistics in the old form',
    examples: ['netstat -s', 'netstat -tulpn'],
    options: flags(
      '-a -e -g -i -l -M -n -N -o -p -r -s -t -u -w -W -x -S -4 -6 --all --listening --numeric --statistics --tcp --udp --unix --raw --route --groups --interfaces --programs --wide --extend --timers --numeric-hosts --numeric-ports --inet --inet6',
    ),
    needsWith: { '-p': 'ptraceFileRead', '--programs': 'ptraceFileRead' },
    network: 'inet',
  },
  {
    name: 'arp',
    use: 'neighbour table in the old form',
    examples: ['arp -n'],
    options: { ...flags('-a -e -n -v --all --numeric'), ...valued('-i --device', iface) },
    network: 'inet',
  },
  {
    name: 'route',
    use: 'routing table in the old form',
    examples: ['route -n'],
    options: flags('-n -e -ee -v -4 -6 -F -C --numeric --extend'),
    network: 'inet',
  },
  {
    name: 'ifconfig',
    use: 'interfaces in the old form',
    examples: ['ifconfig -a'],
    options: flags('-a -s -v'),
    forms: [[maybe(iface)]],
    network: 'inet',
  },
  {
    name: 'ping',
    use: 'reachability and round-trip time of a near address',
    examples: ['ping -n -c 3 127.0.0.1', 'ping -n -c 2 -M do -s 1472 10.0.0.1'],
    options: {
      ...flags('-4 -6 -n -q -v -D -O -U -a'),
      ...valued('-c', int(1, 10)),
      ...valued('-i', { kind: 'decimal', min: 0.2, max: 5 }),
      ...valued('-W -w', int(1, 20)),
      ...valued('-s', int(0, 9000)),
      ...valued('-M', oneOf('do want dont')),
      ...valued('-I', anyOf(iface, localAddress)),
      ...valued('-t', int(1, 255)),
    },
    require: [['-c']],
    forms: [[pingTarget]],
    needs: 'netRaw',
    network: 'inet',
    deadlineSeconds: 30,
  },
  {
    name: 'arping',
    use: 'whether a neighbour answers on the link',
    examples: ['arping -c 3 -I eth0 10.0.0.1'],
    options: {
      ...flags('-f -q -D -b'),
      ...valued('-c', int(1, 5)),
      ...valued('-w', int(1, 10)),
      ...valued('-I', iface),
    },
    require: [['-c']],
    forms: [[one(address)]],
    needs: 'netRaw',
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'tracepath',
    use: 'path and MTU to a near address',
    examples: ['tracepath -n -m 10 10.0.0.1'],
    options: { ...flags('-4 -6 -n -b'), ...valued('-m', int(1, 30)), ...valued('-l', int(28, 9000)) },
    forms: [[one(address)]],
    network: 'inet',
    deadlineSeconds: 40,
  },
  {
    name: 'traceroute',
    use: 'path to a near address',
    examples: ['traceroute -n -m 10 -w 1 -q 1 10.0.0.1'],
    options: {
      ...flags('-4 -6 -n -F -I -T -U'),
      ...valued('-m -f', int(1, 30)),
      ...valued('-q', int(1, 3)),
      ...valued('-w', int(1, 3)),
      ...valued('-p', int(1, 65_535)),
      ...valued('-i', iface),
    },
    forms: [[one(address)]],
    needs: 'netRaw',
    network: 'inet',
    deadlineSeconds: 60,
  },
  {
    name: 'mtr',
    use: 'loss and latency on the path to a near address',
    examples: ['mtr -r -n -c 3 10.0.0.1'],
    options: {
      ...flags('-r -n -w -b -4 -6 -T -u --report --report-wide --no-dns'),
      ...valued('-c --report-cycles', int(1, 5)),
      ...valued('-m --max-ttl', int(1, 30)),
    },
    require: [
      ['-r', '--report', '-w', '--report-wide'],
      ['-c', '--report-cycles'],
      ['-n', '--no-dns'],
    ],
    forms: [[one(address)]],
    needs: 'netRaw',
    network: 'inet',
    deadlineSeconds: 60,
  },
  {
    name: 'wg',
    use: 'WireGuard peers, without keys',
    examples: ['wg show wg0 latest-handshakes'],
    verbs: {
      show: {
        forms: [
          [],
          [one(match('wg[0-9]{1,3}|all|interfaces', 'an interface'))],
          [
            one(match('[a-z][a-z0-9]{0,14}', 'an interface')),
            one(
              oneOf('latest-handshakes transfer endpoints persistent-keepalive listen-port allowed-ips peers fwmark'),
            ),
          ],
        ],
      },
    },
    needs: 'netAdmin',
    network: 'netlink',
  },
  {
    name: 'iw',
    use: 'wireless links',
    examples: ['iw dev'],
    verbs: {
      dev: {
        forms: [[], [one(iface), one(oneOf('link info'))], [one(iface), one(oneOf('station')), one(oneOf('dump'))]],
      },
    },
    network: 'netlink',
  },
  {
    name: 'networkctl',
    use: 'links as systemd-networkd sees them',
    examples: ['networkctl status'],
    options: { ...flags('-a --all --no-pager --no-legend -s --stats -l --full'), ...valued('-n --lines', int(0, 500)) },
    verbs: { 'list status lldp label': { forms: [[some(iface, 8)]] } },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'nmcli',
    use: 'devices and connections of NetworkManager, without secrets',
    examples: ['nmcli device status'],
    options: {
      ...flags('-t -p --terse --pretty'),
      ...valued('-f --fields -m --mode -c --colors', match('[A-Za-z0-9_.,-]{1,100}', 'fields')),
    },
    verbs: {
      'device dev d': { verbs: { status: {}, show: { forms: [[maybe(iface)]] } }, verbOptional: true },
      'general g': { verbs: { status: {}, hostname: {} }, verbOptional: true },
      'connection con c': { verbs: { show: { options: flags('--active') } }, verbOptional: true },
      'networking n': { verbs: { connectivity: {} } },
    },
    verbOptional: true,
    network: 'unix',
  },
];
