import type { Command } from '../grammar/grammar.ts';
import { flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import { address, anyOf, hostName, iface, int, match, name, oneOf } from '../grammar/value-kinds.ts';

const recordType = match(
  'A|AAAA|MX|NS|PTR|SOA|SRV|TXT|CNAME|ANY|CAA|DNSKEY|DS|a|aaaa|mx|ns|ptr|soa|srv|txt|cname',
  'a record type',
);
const digServer = match(
  '@(?:127(?:\\.\\d{1,3}){3}|10(?:\\.\\d{1,3}){3}|192\\.168(?:\\.\\d{1,3}){2}|172\\.(?:1[6-9]|2\\d|3[01])(?:\\.\\d{1,3}){2}|169\\.254(?:\\.\\d{1,3}){2}|::1|localhost|1\\.1\\.1\\.1|1\\.0\\.0\\.1|8\\.8\\.8\\.8|8\\.8\\.4\\.4|9\\.9\\.9\\.9)',
  'a near name server, such as @127.0.0.1',
);
const digFlag = match(
  '\\+(?:(?:no)?(?:short|tcp|vc|recurse|dnssec|comments|stats|answer|question|authority|additional|all|cmd|multiline|cookie|edns|identify|search|qr|ttlid|class|trace|ignore|adflag|cdflag|aaonly|fail)|time=[1-5]|timeout=[1-5]|tries=[1-3]|retry=[0-2]|retries=[0-2]|ndots=\\d|bufsize=\\d{1,5})',
  'a query option such as +short',
);

/** Commands that ask resolvers and clocks. */
export const nameCommands: readonly Command[] = [
  {
    name: 'dig',
    use: 'an answer of a name server, for a name that tells nothing',
    examples: ['dig +short +time=2 +tries=1 deb.debian.org', 'dig @127.0.0.1 localhost A'],
    optionStyle: 'whole',
    options: {
      ...flags('-4 -6 -r -u -m'),
      ...valued('-x', address),
      ...valued('-t', recordType),
      ...valued('-p', int(1, 65_535)),
      ...valued('-c', oneOf('IN CH')),
      ...valued('-q', hostName),
    },
    forms: [
      [
        some(
          anyOf(
            digFlag,
            recordType,
            hostName,
            digServer,
            oneOf('IN CH'),
            match('version\\.bind|hostname\\.bind|id\\.server', 'a server name'),
          ),
          12,
        ),
      ],
    ],
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'host',
    use: 'an answer of the resolver',
    examples: ['host -W 2 deb.debian.org'],
    options: {
      ...flags('-4 -6 -a -C -d -v -s -T -r'),
      ...valued('-t', recordType),
      ...valued('-W', int(1, 5)),
      ...valued('-R', int(1, 2)),
    },
    forms: [[one(anyOf(hostName, address)), maybe(address)]],
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'nslookup',
    use: 'an answer of the resolver',
    examples: ['nslookup deb.debian.org'],
    optionStyle: 'whole',
    options: {
      ...valued('-type -query', recordType),
      ...valued('-timeout', int(1, 5)),
      ...valued('-retry', int(1, 2)),
      ...flags('-debug'),
    },
    forms: [[one(anyOf(hostName, address)), maybe(address)]],
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'getent',
    use: 'entries as the system resolves them',
    examples: ['getent hosts localhost', 'getent passwd www-data'],
    options: valued('-s --service', match('[a-z]+(?::[a-z]+)?', 'a service')),
    verbs: {
      'passwd group services protocols ethers rpc netgroup initgroups': { forms: [[some(name, 8)]] },
      // A name of a network may be asked of a name server, and would carry data out.
      networks: {},
      'hosts ahosts ahostsv4 ahostsv6': { forms: [[], [several(anyOf(hostName, address), 4)]] },
    },
    network: 'inet',
    deadlineSeconds: 30,
  },
  {
    name: 'resolvectl',
    use: 'state of systemd-resolved',
    examples: ['resolvectl status', 'resolvectl statistics'],
    options: {
      ...flags('--no-pager -4 -6 --legend=no'),
      ...valued('-i --interface', iface),
      ...valued('-t --type', recordType),
    },
    verbs: {
      'status dns domain llmnr mdns dnssec dnsovertls nta default-route': { forms: [[maybe(iface)]] },
      statistics: {},
      query: { forms: [[several(anyOf(hostName, address), 4)]] },
    },
    verbOptional: true,
    network: 'unix',
    deadlineSeconds: 20,
  },
  {
    name: 'chronyc',
    use: 'state of the clock',
    examples: ['chronyc -n tracking', 'chronyc -n sources'],
    options: flags('-n -N -4 -6 -c'),
    verbs: {
      tracking: {},
      'sources sourcestats selectdata': { options: flags('-v -a') },
      'activity rtcdata serverstats smoothing ntpdata authdata': {},
    },
    network: 'inet',
  },
  {
    name: 'ntpq',
    use: 'peers of the clock',
    examples: ['ntpq -p -n'],
    options: flags('-p -n -4 -6 --peers --numeric'),
    require: [['-p', '--peers']],
    network: 'inet',
  },
  {
    name: 'timedatectl',
    use: 'clock and time synchronisation',
    examples: ['timedatectl status'],
    options: {
      ...flags('--no-pager -a --all --value'),
      ...valued('-p --property', match('[A-Za-z,]{1,200}', 'properties')),
    },
    verbs: { 'status show timesync-status show-timesync': {} },
    verbOptional: true,
    network: 'unix',
  },
];
