import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import { anyOf, int, listOf, match, name, nameGlob, oneOf, pid, search, time } from '../grammar/value-kinds.ts';

/** Environment blocks hold keys; all other properties of a unit may be shown. */
const property = match(
  '(?!.*(?:[Ee][Nn][Vv]|[Cc][Rr][Ee][Dd]))[A-Z][A-Za-z]{1,60}',
  'a property (environments and credentials are closed)',
);
const unit = match('[A-Za-z0-9_@*?][A-Za-z0-9_.@:*?-]{0,200}', 'a unit');
const unitState = match('[a-z-]{2,20}(?:,[a-z-]{2,20}){0,8}', 'states');
const outputForm = match(
  'short(?:-(?:iso|iso-precise|precise|full|monotonic|delta|unix))?|cat|verbose|json(?:-pretty)?|with-unit',
  'an output form',
);
const journalMatch = match('_?[A-Z][A-Z0-9_]{1,60}=[A-Za-z0-9_.@:/+ -]{1,200}', 'a match such as _PID=1');

const systemctlOptions = {
  ...flags(
    '-a -l -q -r --all --full --quiet --no-pager --no-legend --plain --failed --value --recursive --system --show-types --reverse --after --before --no-block --with-dependencies --legend=false',
  ),
  ...valued('-t --type', match('[a-z]{2,10}(?:,[a-z]{2,10}){0,8}', 'unit types')),
  ...valued('--state', unitState),
  ...valued('-n --lines', int(0, 1000)),
  ...valued('-o --output', outputForm),
};

/** Commands that show services, sessions and their logs. */
export const serviceCommands: readonly Command[] = [
  {
    name: 'systemctl',
    use: 'state of services, timers and jobs',
    examples: ['systemctl status nginx', 'systemctl --failed', 'systemctl show nginx -p NRestarts,MemoryCurrent'],
    options: systemctlOptions,
    verbs: {
      status: { forms: [[some(anyOf(pid, unit))]] },
      show: {
        options: valued('-p --property -P', listOf(property)),
        require: [['-p', '--property', '-P']],
        forms: [[some(unit)]],
      },
      'list-units list-unit-files list-timers list-sockets list-automounts list-paths list-machines': {
        forms: [[some(unit)]],
      },
      'list-jobs is-system-running get-default': {},
      'list-dependencies is-active is-failed is-enabled cat': { forms: [[some(unit)]] },
    },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'journalctl',
    use: 'the journal, bounded by lines, time, boot or priority',
    examples: ['journalctl -u nginx -n 200 --no-pager', 'journalctl -k -p err -n 100', 'journalctl --disk-usage'],
    options: {
      ...flags(
        '-a -e -k -m -q -r -x --all --dmesg --merge --quiet --reverse --catalog --no-pager --no-hostname --no-full --no-tail --full -l --utc --disk-usage --list-boots --verify --header --system --fields -1 -2 -3 -4 -5 -6 -7 -8 -9 -N --truncate-newline --pager-end',
      ),
      ...valued('-n --lines', int(1, 5000)),
      ...valued('-u --unit -t --identifier -T --exclude-identifier', unit),
      ...valued(
        '-p --priority',
        match(
          '(?:[0-7]|emerg|alert|crit|err|error|warning|warn|notice|info|debug)(?:\\.\\.(?:[0-7]|emerg|alert|crit|err|warning|notice|info|debug))?',
          'a priority',
        ),
      ),
      ...valued('--facility', listOf(name)),
      ...valued('-S -U --since --until', time),
      ...attached('-b --boot', match('-?\\d{1,4}|[0-9a-f]{32}(?:[+-]\\d+)?|all', 'a boot')),
      ...valued('-o --output', outputForm),
      ...valued('--output-fields', listOf(match('[A-Z_]{2,40}', 'a field'))),
      ...valued('-g --grep', search),
      ...attached('--case-sensitive', oneOf('true false yes no')),
      ...valued('-F --field', match('[A-Z_]{2,40}', 'a field')),
    },
    require: [
      [
        '-n',
        '--lines',
        '-k',
        '--dmesg',
        '-S',
        '--since',
        '-b',
        '--boot',
        '-p',
        '--priority',
        '-e',
        '--pager-end',
        '--disk-usage',
        '--list-boots',
        '--verify',
        '--header',
        '-F',
        '--field',
        '-N',
        '--fields',
      ],
    ],
    forms: [[some(journalMatch, 8)], [one(match('-?\\d{1,4}', 'a boot')), some(journalMatch, 8)]],
    needs: 'fileRead',
    deadlineSeconds: 30,
  },
  {
    name: 'dmesg',
    use: 'the kernel log',
    examples: ['dmesg --level=err,warn', 'dmesg -T'],
    options: {
      ...flags(
        '-d -e -H -J -k -P -r -S -T -t -u -x --ctime --decode --kernel --nopager --notime --raw --reltime --human --show-delta --syslog --userspace --json --force-prefix -p',
      ),
      ...valued(
        '-l --level',
        listOf(
          oneOf(
            'emerg alert crit err warn notice info debug emerg+ alert+ crit+ err+ warn+ notice+ info+ debug+ +err +warn',
          ),
        ),
      ),
      ...valued('-f --facility', listOf(oneOf('kern user mail daemon auth syslog lpr news'))),
      ...valued('-s --buffer-size', int(1, 16_777_216)),
      ...valued('--since --until', time),
      ...valued('--time-format', oneOf('ctime reltime delta notime iso raw')),
      ...attached('-L --color', oneOf('never auto')),
    },
    requireWith: [
      [
        ['-H', '--human'],
        ['-P', '--nopager'],
      ],
    ],
    needs: 'syslog',
  },
  {
    name: 'loginctl',
    use: 'sessions and users',
    examples: ['loginctl list-sessions'],
    options: { ...flags('--no-pager --no-legend -a --all -l --full'), ...valued('-n --lines', int(0, 500)) },
    verbs: {
      'list-sessions list-users list-seats': {},
      'session-status user-status seat-status show-session show-user': { forms: [[some(name, 4)]] },
    },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'hostnamectl',
    use: 'host name, machine and operating system',
    examples: ['hostnamectl status'],
    options: flags('--no-pager --json=short --json=pretty --static --transient --pretty'),
    verbs: { status: {} },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'localectl',
    use: 'locale settings',
    examples: ['localectl status'],
    verbs: { status: {} },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'systemd-analyze',
    use: 'time taken by boot and units',
    examples: ['systemd-analyze blame'],
    options: flags('--no-pager --system'),
    verbs: { 'time blame': {}, 'critical-chain': { forms: [[maybe(unit)]] }, security: { forms: [[maybe(unit)]] } },
    verbOptional: true,
    network: 'unix',
  },
  {
    name: 'systemd-detect-virt',
    use: 'kind of virtualisation',
    examples: ['systemd-detect-virt'],
    options: flags('-c -v -r -q --container --vm --chroot --quiet'),
  },
  {
    name: 'systemd-delta',
    use: 'overridden units',
    examples: ['systemd-delta --no-pager'],
    options: flags('--no-pager'),
  },
  {
    name: 'coredumpctl',
    use: 'crashes that left a core',
    examples: ['coredumpctl list -n 20 --no-pager'],
    options: {
      ...flags('--no-pager --no-legend -r -1 -q'),
      ...valued('-n', int(1, 200)),
      ...valued('-S -U --since --until', time),
    },
    verbs: { list: { forms: [[some(anyOf(pid, name), 4)]] }, info: { forms: [[several(anyOf(pid, name), 4)]] } },
    verbOptional: true,
    needs: 'fileRead',
  },
  {
    name: 'rc-status',
    use: 'state of services under OpenRC',
    examples: ['rc-status -a'],
    options: flags('-a -c -l -m -r -s -u --all --crashed --list --manual --runlevel --servicelist --unused'),
  },
  {
    name: 'crontab',
    use: 'the jobs of a user',
    examples: ['crontab -l'],
    options: { ...flags('-l'), ...valued('-u', name) },
    require: [['-l']],
    needs: 'root',
  },
  { name: 'atq', use: 'jobs that wait for their time', examples: ['atq'] },
  { name: 'mailq', use: 'mail that waits', examples: ['mailq'] },
  {
    name: 'postqueue',
    use: 'mail that waits',
    examples: ['postqueue -p'],
    options: flags('-p -j'),
    require: [['-p', '-j']],
  },
  {
    name: 'supervisorctl',
    use: 'state of supervised programs',
    examples: ['supervisorctl status'],
    verbs: { status: { forms: [[some(nameGlob, 8)]] } },
    network: 'unix',
  },
  {
    name: 'lastlog',
    use: 'last login of each user',
    examples: ['lastlog -u root'],
    options: valued('-u -t -b --user --time --before', name),
  },
];
