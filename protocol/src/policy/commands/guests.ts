import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import { int, match, name, oneOf, time } from '../grammar/value-kinds.ts';

const container = match('[A-Za-z0-9][A-Za-z0-9_.-]{0,127}', 'a container');
const image = match('[a-z0-9][A-Za-z0-9._/:@-]{0,200}', 'an image');
const guestID = int(100, 999_999_999);
const filter = match('[a-z.]{2,20}=[A-Za-z0-9_./:@=-]{1,128}', 'a filter such as status=exited');
const goTemplate = match(
  '(?:table )?(?:[A-Za-z0-9 _.,:;|/%-]|\\\\[nt]|\\{\\{ ?\\.[A-Z][A-Za-z]{1,30} ?\\}\\})+',
  'a template of plain fields',
);
const tailed = {
  options: {
    ...flags('-t --timestamps --details'),
    ...valued('--tail -n', int(1, 2000)),
    ...valued('--since --until', time),
  },
  require: [['--tail', '-n', '--since']],
};

function engine(tool: string): Command {
  return {
    name: tool,
    use: 'containers, images, use and logs; no inspect, for it shows environments',
    examples: [`${tool} ps -a`, `${tool} stats --no-stream`, `${tool} logs --tail 100 web`],
    verbs: {
      ps: {
        options: {
          ...flags('-a -l -q -s --all --latest --quiet --size --no-trunc'),
          ...valued('-n --last', int(1, 500)),
          ...valued('-f --filter', filter),
          ...valued('--format', goTemplate),
        },
      },
      stats: {
        options: flags('-a --all --no-stream --no-trunc'),
        require: [['--no-stream']],
        forms: [[some(container)]],
      },
      images: {
        options: { ...flags('-a -q --all --quiet --digests --no-trunc'), ...valued('-f --filter', filter) },
        forms: [[maybe(image)]],
      },
      top: { forms: [[one(container)]] },
      port: { forms: [[one(container)]] },
      diff: { forms: [[one(container)]] },
      logs: { ...tailed, forms: [[one(container)]] },
      'info version': {},
      system: { verbs: { df: { options: flags('-v --verbose') }, info: {} } },
      network: { verbs: { 'ls list': { options: flags('-q --quiet --no-trunc') } } },
      volume: { verbs: { 'ls list': { options: flags('-q --quiet') } } },
      container: { verbs: { 'ls list ps': { options: flags('-a -q -s --all --quiet --size --no-trunc') } } },
      image: { verbs: { 'ls list': { options: flags('-a -q --all --quiet') } } },
    },
    needs: 'root',
    network: 'unix',
    deadlineSeconds: 20,
  };
}

/** Commands that show containers and virtual machines from outside. */
export const guestCommands: readonly Command[] = [
  engine('docker'),
  engine('podman'),
  {
    name: 'crictl',
    use: 'pods, containers and their use on a node; no inspect, for it shows environments',
    examples: ['crictl ps -a', 'crictl pods', 'crictl stats'],
    verbs: {
      'ps pods': {
        options: {
          ...flags('-a -q -l -v --all --quiet --latest --verbose --no-trunc'),
          ...valued('-n --last', int(1, 500)),
          ...valued(
            '--name --namespace --state -s --pod -p --id --image --label',
            match('[A-Za-z0-9_.:/=@-]{1,200}', 'a filter'),
          ),
          ...valued('-o --output', oneOf('table json yaml')),
        },
      },
      'stats statsp': { options: flags('-a --all'), forms: [[some(container, 8)]] },
      'images img': { options: flags('-q -v --quiet --verbose --digests --no-trunc'), forms: [[maybe(image)]] },
      'imagefsinfo version': {},
      logs: { ...tailed, forms: [[one(container)]] },
    },
    needs: 'root',
    network: 'unix',
    deadlineSeconds: 20,
  },
  {
    name: 'lxc-ls',
    use: 'LXC guests and their state',
    examples: ['lxc-ls -f'],
    options: {
      ...flags('-1 -f --fancy --active --running --frozen --stopped --defined'),
      ...valued('-F --fancy-format', match('[A-Z0-9_]+(?:,[A-Z0-9_]+)*', 'columns')),
    },
    forms: [[maybe(container)]],
    needs: 'root',
    network: 'unix',
  },
  {
    name: 'lxc-info',
    use: 'state, use and addresses of an LXC guest',
    examples: ['lxc-info -n web'],
    options: {
      ...flags('-i -p -S -s -H --ips --pid --stats --state --no-humanize'),
      ...valued('-n --name', container),
      ...valued(
        '-c --config',
        match('lxc\\.(?:cgroup2?|prlimit|net|rootfs|uts|start|mount|apparmor)[a-z0-9_.]*', 'a key'),
      ),
    },
    forms: [[maybe(container)]],
    needs: 'root',
    network: 'unix',
  },
  {
    name: 'pct',
    use: 'Proxmox containers',
    examples: ['pct list', 'pct status 101'],
    verbs: {
      list: {},
      'status config pending df cpusets listsnapshot': {
        options: flags('--verbose --current'),
        forms: [[maybe(guestID)]],
      },
    },
    needs: 'root',
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'qm',
    use: 'Proxmox virtual machines',
    examples: ['qm list', 'qm status 100'],
    verbs: {
      list: { options: flags('--full') },
      'status config pending listsnapshot': { options: flags('--verbose --current'), forms: [[one(guestID)]] },
    },
    needs: 'root',
    network: 'inet',
    deadlineSeconds: 20,
  },
  {
    name: 'pvesm',
    use: 'Proxmox storage',
    examples: ['pvesm status'],
    verbs: {
      status: { options: { ...flags('--enabled'), ...valued('--storage --content', name) } },
      list: { options: valued('--content --vmid', name), forms: [[one(name)]] },
    },
    needs: 'root',
    network: 'inet',
    deadlineSeconds: 30,
  },
  { name: 'pveversion', use: 'versions of Proxmox', examples: ['pveversion -v'], options: flags('-v --verbose') },
  {
    name: 'pvecm',
    use: 'Proxmox cluster and quorum',
    examples: ['pvecm status'],
    verbs: { 'status nodes': {} },
    needs: 'root',
    network: 'inet',
  },
  {
    name: 'ha-manager',
    use: 'Proxmox high availability',
    examples: ['ha-manager status'],
    verbs: { 'status config': {} },
    needs: 'root',
    network: 'inet',
  },
  {
    name: 'corosync-quorumtool',
    use: 'quorum',
    examples: ['corosync-quorumtool -s'],
    options: flags('-s -l -i'),
    needs: 'root',
    network: 'unix',
  },
  {
    name: 'corosync-cfgtool',
    use: 'cluster links',
    examples: ['corosync-cfgtool -s'],
    options: flags('-s -n'),
    require: [['-s', '-n']],
    needs: 'root',
    network: 'unix',
  },
  {
    name: 'virsh',
    use: 'virtual machines of libvirt',
    examples: ['virsh list --all'],
    options: flags('-r -q --readonly --quiet'),
    verbs: {
      list: { options: flags('--all --inactive --title --autostart') },
      'dominfo domstate domblklist domiflist domblkerror dommemstat domtime vcpuinfo domjobinfo': {
        forms: [[one(container)]],
      },
      domstats: { forms: [[some(container, 8)]] },
      'domblkstat domifstat': { forms: [[one(container), one(match('[A-Za-z0-9_/.-]{1,64}', 'a device'))]] },
      'nodeinfo nodecpustats nodememstats version': {},
      'net-list pool-list': { options: flags('--all --details') },
      'pool-info net-info': { forms: [[one(name)]] },
    },
    needs: 'root',
    network: 'unix',
  },
  {
    name: 'machinectl',
    use: 'containers of systemd',
    examples: ['machinectl list'],
    options: { ...flags('--no-pager --all'), ...attached('--max-addresses', int(0, 8)) },
    verbs: { list: {}, status: { forms: [[several(name, 4)]] } },
    verbOptional: true,
    network: 'unix',
  },
];
