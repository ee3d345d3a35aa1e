import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, several, some, valued } from '../grammar/grammar.ts';
import { columns, int, listOf, match, name, oneOf, sysctlKey } from '../grammar/value-kinds.ts';

const dateFormat = match('\\+[A-Za-z0-9 %:._/,+-]{1,80}', 'a format such as +%s (a bare time would set the clock)');
const moduleName = match('[A-Za-z0-9_][A-Za-z0-9_-]{0,63}', 'a module');

/** Commands that describe the machine, its kernel, hardware and users. */
export const systemCommands: readonly Command[] = [
  {
    name: 'uname',
    use: 'kernel and architecture',
    examples: ['uname -a'],
    options: flags(
      '-a -i -m -n -o -p -r -s -v --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor --operating-system',
    ),
  },
  { name: 'arch', use: 'architecture', examples: ['arch'] },
  {
    name: 'hostname',
    use: 'name of the host',
    examples: ['hostname'],
    options: flags('-f -s -d -I -i -A -y --fqdn --long --short --domain --all-ip-addresses'),
    network: 'netlink',
  },
  {
    name: 'nproc',
    use: 'number of processors',
    examples: ['nproc --all'],
    options: { ...flags('--all'), ...valued('--ignore', int(0, 1024)) },
  },
  {
    name: 'getconf',
    use: 'limits and constants of the system',
    examples: ['getconf PAGESIZE', 'getconf -a'],
    options: flags('-a'),
    forms: [[maybe(match('_?[A-Z][A-Z0-9_]{1,60}', 'a variable'))]],
  },
  {
    name: 'date',
    use: 'time of the host',
    examples: ['date', 'date -u +%s'],
    options: {
      ...flags('-u -R --utc --universal --rfc-email --rfc-3339=seconds --rfc-3339=ns --rfc-3339=date'),
      ...attached('-I --iso-8601', oneOf('date hours minutes seconds ns s')),
      ...valued('-d --date', match('[A-Za-z0-9 :.,@+/-]{1,60}', 'a time')),
    },
    forms: [[maybe(dateFormat)]],
  },
  {
    name: 'id',
    use: 'ids and groups of a user',
    examples: ['id www-data'],
    options: flags('-g -G -n -r -u -Z --group --groups --name --real --user'),
    forms: [[maybe(name)]],
  },
  { name: 'groups', use: 'groups of a user', examples: ['groups www-data'], forms: [[maybe(name)]] },
  { name: 'whoami', use: 'the user commands run as', examples: ['whoami'] },
  {
    name: 'who',
    use: 'who is logged in',
    examples: ['who -b'],
    options: flags('-a -b -d -H -l -m -p -q -r -s -t -T -u -w --all --boot --heading --runlevel --count --users'),
  },
  {
    name: 'w',
    use: 'who is logged in and what they run',
    examples: ['w'],
    options: flags('-f -h -i -o -s -u --no-header --short --from --ip-addr'),
    forms: [[maybe(name)]],
  },
  { name: 'users', use: 'who is logged in', examples: ['users'] },
  {
    name: 'last',
    use: 'recent logins, reboots and shutdowns',
    examples: ['last -n 20', 'last -x -n 20 reboot'],
    options: {
      ...flags('-a -d -F -i -R -w -x -0 --system --fulltimes --ip --fullnames'),
      ...valued('-n --limit', int(1, 500)),
      ...valued('-s -t -p --since --until --present', match('[A-Za-z0-9 :.,+-]{1,40}', 'a time')),
      ...flags('-1 -2 -3 -4 -5 -6 -7 -8 -9'),
    },
    forms: [[some(name, 4)]],
  },
  { name: 'runlevel', use: 'run level', examples: ['runlevel'] },
  { name: 'locale', use: 'locale settings', examples: ['locale'], options: flags('-a') },
  {
    name: 'sysctl',
    use: 'kernel settings',
    examples: ['sysctl vm.overcommit_memory', 'sysctl -n net.core.somaxconn'],
    options: {
      ...flags('-a -A -e -n -N -q --all --ignore --names --values --quiet --deprecated'),
      ...valued(
        '-r --pattern',
        match('(?!-|.*(?:fastopen|secret|key))[a-z0-9_.^*+|()$-]{1,80}', 'a pattern of keys (key material is closed)'),
      ),
    },
    forms: [[some(sysctlKey, 32)]],
    // Keys below net belong to the network namespace of the reader.
    network: 'netlink',
  },
  {
    name: 'lscpu',
    use: 'processors, caches and mitigations',
    examples: ['lscpu'],
    options: {
      ...flags('-a -b -B -c -C -J -r -x -y --all --online --offline --bytes --json --hex --physical --raw'),
      ...attached('-e -p --extended --parse --caches', columns),
    },
  },
  {
    name: 'lsmem',
    use: 'ranges of memory',
    examples: ['lsmem'],
    options: {
      ...flags('-a -b -J -n -P -r --all --bytes --json --noheadings --pairs --raw'),
      ...valued('-o --output', columns),
      ...valued('--summary', oneOf('never always only')),
    },
  },
  {
    name: 'lspci',
    use: 'PCI devices',
    examples: ['lspci -nn -k'],
    options: {
      ...flags('-b -D -k -m -n -P -t -v'),
      ...valued('-s', match('[0-9a-fA-F:.*]{1,16}', 'a slot')),
      ...valued('-d', match('[0-9a-fA-F:*]{1,16}', 'an id')),
    },
  },
  {
    name: 'lsusb',
    use: 'USB devices',
    examples: ['lsusb -t'],
    options: {
      ...flags('-t -v --tree --verbose'),
      ...valued('-s', match('[0-9:]{1,9}', 'a device')),
      ...valued('-d', match('[0-9a-fA-F:]{1,9}', 'an id')),
    },
  },
  { name: 'lsmod', use: 'kernel modules', examples: ['lsmod'] },
  {
    name: 'modinfo',
    use: 'a kernel module and its parameters',
    examples: ['modinfo ext4'],
    options: {
      ...flags('-a -d -l -n -p -0 --author --description --license --parameters --filename'),
      ...valued('-F --field', match('[a-z]{2,20}', 'a field')),
      ...valued('-k', match('[A-Za-z0-9._+-]{3,64}', 'a kernel')),
    },
    forms: [[several(moduleName, 8)]],
  },
  {
    name: 'lsirq',
    use: 'interrupt counters',
    examples: ['lsirq'],
    options: {
      ...flags('-J -n -P -S --json --noheadings --pairs --softirq'),
      ...valued('-o -s --output --sort', columns),
    },
  },
  {
    name: 'lslogins',
    use: 'users and their processes',
    examples: ['lslogins -u'],
    options: flags(
      '-a -c -e -f -G -L -n -r -s -u --acc-expiration --failed --last --system-accs --user-accs --noheadings',
    ),
    forms: [[maybe(name)]],
  },
  {
    name: 'dmidecode',
    use: 'firmware tables: memory, board, BIOS',
    examples: ['dmidecode -t memory'],
    options: {
      ...flags('-q --quiet'),
      ...valued('-t --type', listOf(match('[a-z]{4,10}|\\d{1,3}', 'a type'))),
      ...valued('-s --string', match('(?:bios|baseboard|chassis|processor|system)-[a-z-]{2,24}', 'a keyword')),
    },
    needs: 'root',
  },
  {
    name: 'lshw',
    use: 'hardware',
    examples: ['lshw -short'],
    optionStyle: 'whole',
    options: {
      ...flags('-short -businfo -quiet -sanitize -numeric -json'),
      ...valued('-class -C', match('[a-z]{3,16}', 'a class')),
    },
    needs: 'root',
    deadlineSeconds: 20,
  },
  { name: 'sensors', use: 'temperatures, fans and voltages', examples: ['sensors'], options: flags('-A -f -j -u') },
  {
    name: 'ipmitool',
    use: 'sensors and event log of the board',
    examples: ['ipmitool sel elist'],
    verbs: {
      sel: { verbs: { 'list elist info': { forms: [[some(oneOf('last'), 1), maybe(int(1, 200))]] } } },
      sdr: { verbs: { 'list elist': {} }, verbOptional: true },
      sensor: { verbs: { list: {} }, verbOptional: true },
      chassis: { verbs: { status: {} } },
      mc: { verbs: { info: {} } },
    },
    needs: 'root',
    deadlineSeconds: 30,
  },
  {
    name: 'cpupower',
    use: 'frequencies and idle states',
    examples: ['cpupower frequency-info'],
    options: valued('-c', match('all|\\d{1,4}(?:[,-]\\d{1,4})*', 'processors')),
    verbs: { 'frequency-info idle-info': {}, info: {} },
  },
  {
    name: 'ras-mc-ctl',
    use: 'memory errors',
    examples: ['ras-mc-ctl --summary'],
    options: flags('--summary --status --errors --error-count --layout --mainboard'),
    needs: 'fileRead',
  },
  { name: 'getenforce', use: 'whether SELinux enforces', examples: ['getenforce'] },
  { name: 'sestatus', use: 'state of SELinux', examples: ['sestatus'], options: flags('-b -v') },
  {
    name: 'aa-status',
    use: 'state of AppArmor',
    examples: ['aa-status'],
    options: flags('--enabled --profiled --enforced --complaining --json --pretty-json'),
    needs: 'root',
  },
  {
    name: 'auditctl',
    use: 'audit rules and state',
    examples: ['auditctl -s'],
    options: flags('-s -l'),
    require: [['-s', '-l']],
    needs: 'root',
  },
  {
    name: 'capsh',
    use: 'names of a capability mask',
    examples: ['capsh --decode=00000000a80425fb'],
    options: { ...flags('--print'), ...valued('--decode', match('(?:0x)?[0-9a-f]{1,16}', 'a mask')) },
    require: [['--decode', '--print']],
  },
  {
    name: 'lsb_release',
    use: 'distribution and release',
    examples: ['lsb_release -a'],
    options: flags('-a -c -d -i -r -s -v --all --codename --description --id --release --short'),
  },
  {
    name: 'tuned-adm',
    use: 'tuning profile',
    examples: ['tuned-adm active'],
    verbs: { 'active list profile_info': {} },
    network: 'unix',
  },
];
