import type { Command } from '../grammar/grammar.ts';
import { flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import {
  anyOf,
  int,
  match,
  name,
  nameGlob,
  oneOf,
  packageName,
  search,
  statPath,
  template,
} from '../grammar/value-kinds.ts';

const maybePackages = some(packageName, 32);
const release = match('[a-z][a-z0-9.-]{1,40}', 'a release');
const simulated = { forms: [[maybePackages]] };
const aptQuery = {
  'show policy madison depends rdepends showpkg showsrc': { forms: [[maybePackages]] },
  'stats unmet dump': {},
};
const rpmLists = flags(
  '--installed --upgradable --upgrades --updates --available --extras --all --manual-installed -a -v -i',
);

function aptGet(tool: string, more: Command['verbs'] = {}): Command {
  return {
    name: tool,
    use: 'what the package manager would do; nothing is done',
    examples: [`${tool} -s upgrade`],
    options: {
      ...flags(
        '-q -qq -y -V -u -f -s -m --quiet --yes --assume-yes --verbose-versions --simulate --just-print --dry-run --no-act --recon --with-new-pkgs --no-install-recommends --no-download --ignore-hold --only-upgrade --allow-downgrades --fix-broken --show-upgraded --no-remove --autoremove --purge',
      ),
      ...valued('-t --target-release --default-release', release),
    },
    verbs: {
      'upgrade dist-upgrade full-upgrade autoremove install remove purge reinstall check': {
        ...simulated,
        require: [['-s', '--simulate', '--just-print', '--dry-run', '--no-act', '--recon']],
      },
      ...more,
    },
    deadlineSeconds: 60,
  };
}

function dnf(tool: string): Command {
  return {
    name: tool,
    use: 'packages and updates; nothing is done',
    examples: [`${tool} -C list --installed`, `${tool} check-update`],
    options: {
      ...flags('-C -q -v --cacheonly --quiet --verbose --noplugins --showduplicates --security --bugfix --refresh=0'),
      ...valued('--cve --advisory --sec-severity', match('[A-Za-z0-9:-]{3,40}', 'an advisory')),
    },
    verbs: {
      list: {
        options: rpmLists,
        forms: [[some(anyOf(oneOf('installed updates available upgrades extras all recent obsoletes'), nameGlob), 16)]],
      },
      'info provides whatprovides deplist search': {
        options: rpmLists,
        forms: [[some(anyOf(packageName, nameGlob), 8)]],
      },
      'check-update check-upgrade check': { forms: [[maybePackages]] },
      repolist: { forms: [[maybe(oneOf('all enabled disabled'))]] },
      history: {
        verbs: {
          list: { forms: [[maybe(int(1, 100_000))]] },
          info: { forms: [[maybe(int(1, 100_000))]] },
          userinstalled: {},
        },
        verbOptional: true,
      },
      updateinfo: {
        forms: [[some(oneOf('list info summary security bugzillas cves available installed updates'), 3)]],
      },
      repoquery: {
        options: { ...rpmLists, ...flags('-l --list --requires --provides --whatprovides --duplicates --unneeded') },
        forms: [[some(packageName, 8)]],
      },
    },
    needs: 'none',
    deadlineSeconds: 60,
  };
}

/** Commands that show packages and simulate changes. */
export const packageCommands: readonly Command[] = [
  {
    name: 'dpkg',
    use: 'installed packages and their state',
    examples: ['dpkg -l', 'dpkg --audit', 'dpkg -S /usr/bin/ss'],
    optionStyle: 'whole',
    options: flags(
      '-l -s -L -S -p -C -V --list --status --listfiles --search --print-avail --audit --verify --print-architecture --print-foreign-architectures --get-selections --yet-to-unpack --version --no-pager --compare-versions',
    ),
    require: [
      [
        '-l',
        '-s',
        '-L',
        '-S',
        '-p',
        '-C',
        '-V',
        '--list',
        '--status',
        '--listfiles',
        '--search',
        '--print-avail',
        '--audit',
        '--verify',
        '--print-architecture',
        '--print-foreign-architectures',
        '--get-selections',
        '--yet-to-unpack',
        '--version',
        '--compare-versions',
      ],
    ],
    exclusive: [
      [
        '-l',
        '-s',
        '-L',
        '-S',
        '-p',
        '-C',
        '-V',
        '--list',
        '--status',
        '--listfiles',
        '--search',
        '--print-avail',
        '--audit',
        '--verify',
        '--print-architecture',
        '--get-selections',
        '--compare-versions',
      ],
    ],
    forms: [
      [some(anyOf(nameGlob, packageName, statPath), 16)],
      [
        one(match('[A-Za-z0-9.+:-]{1,60}', 'a version')),
        one(oneOf('lt le eq ne ge gt')),
        one(match('[A-Za-z0-9.+:-]{1,60}', 'a version')),
      ],
    ],
    deadlineSeconds: 60,
  },
  {
    name: 'dpkg-query',
    use: 'fields of installed packages',
    examples: ['dpkg-query -W openssl'],
    optionStyle: 'whole',
    options: {
      ...flags('-l -s -L -S -p -W --list --status --listfiles --search --print-avail --show --no-pager'),
      ...valued('-f --showformat', template),
    },
    require: [
      ['-l', '-s', '-L', '-S', '-p', '-W', '--list', '--status', '--listfiles', '--search', '--print-avail', '--show'],
    ],
    forms: [[some(anyOf(nameGlob, packageName, statPath), 16)]],
    deadlineSeconds: 30,
  },
  aptGet('apt-get'),
  aptGet('apt', {
    list: {
      options: flags('--installed --upgradable --upgradeable --manual-installed -a -v --all-versions --verbose'),
      forms: [[some(anyOf(nameGlob, packageName), 16)]],
    },
    'show policy depends rdepends showsrc': { options: flags('-a --all-versions'), forms: [[maybePackages]] },
    search: { options: flags('-n --names-only'), forms: [[several(search, 4)]] },
  }),
  {
    name: 'apt-cache',
    use: 'versions and origins of packages',
    examples: ['apt-cache policy openssl'],
    options: flags('-q -n -a --names-only --all-versions --installed --no-all-versions'),
    verbs: { ...aptQuery, search: { forms: [[several(search, 4)]] }, pkgnames: { forms: [[maybe(name)]] } },
    deadlineSeconds: 30,
  },
  {
    name: 'apt-mark',
    use: 'holds and marks',
    examples: ['apt-mark showhold'],
    verbs: { 'showhold showmanual showauto showinstall showremove showpurge': { forms: [[maybePackages]] } },
  },
  {
    name: 'debsums',
    use: 'changed files of packages',
    examples: ['debsums -c openssl'],
    options: flags('-a -c -e -l -s --all --changed --config --list-missing --silent'),
    forms: [[maybePackages]],
    needs: 'fileRead',
    deadlineSeconds: 60,
  },
  {
    name: 'rpm',
    use: 'installed packages and their files',
    examples: ['rpm -qa --last', 'rpm -qi openssl', 'rpm -V openssl'],
    options: {
      ...flags(
        '-q -a -i -l -c -d -s -v -V --query --all --info --list --configfiles --docfiles --state --last --changelog --scripts --triggers --verify --requires --provides --whatrequires --whatprovides --nosignature --nodigest --nofiles --nodeps',
      ),
      ...valued('-f --file', statPath),
      ...valued('--qf --queryformat', template),
    },
    require: [['-q', '-V', '--query', '--verify']],
    forms: [[maybePackages]],
    deadlineSeconds: 60,
  },
  dnf('dnf'),
  dnf('yum'),
  {
    name: 'zypper',
    use: 'packages and updates; nothing is done',
    examples: ['zypper --no-refresh list-updates'],
    options: flags('-n -q -v -x -A --non-interactive --no-refresh --quiet --xmlout --no-color'),
    verbs: {
      'list-updates lu list-patches lp patches packages pa patch-check pchk ps needs-rebooting locks ll patterns pt products pd':
        { options: flags('-a -i -u -s --all --installed-only --orphaned --unneeded') },
      'repos lr services ls': { options: flags('-d -p -P -r -u -U -E --details --uri --priority --refresh') },
      'search se info if what-provides wp': {
        options: flags('-i -s -u --installed-only --details --requires --provides'),
        forms: [[some(anyOf(packageName, nameGlob), 8)]],
      },
    },
    deadlineSeconds: 60,
  },
  {
    name: 'pacman',
    use: 'installed packages',
    examples: ['pacman -Qu', 'pacman -Qi openssl'],
    options: {
      ...flags(
        '-Q -i -l -u -k -e -d -t -m -n -q -o -c -g -s --query --info --list --upgrades --check --explicit --deps --unrequired --foreign --native --quiet --owns --changelog --search',
      ),
    },
    require: [['-Q', '--query']],
    forms: [[some(anyOf(packageName, statPath), 16)]],
    deadlineSeconds: 30,
  },
  {
    name: 'apk',
    use: 'packages of Alpine',
    examples: ['apk info -v', 'apk version'],
    options: flags('-v -q --verbose --quiet --no-network'),
    verbs: {
      info: { options: flags('-a -d -e -L -r -R -s -w -W'), forms: [[some(anyOf(packageName, statPath), 8)]] },
      'list version policy': {
        options: flags('-I -u -a --installed --upgradable --available'),
        forms: [[maybePackages]],
      },
      audit: { options: flags('--system --backup --packages') },
    },
  },
  {
    name: 'snap',
    use: 'snaps',
    examples: ['snap list'],
    verbs: {
      'list services connections changes warnings': { forms: [[some(name, 8)]] },
      refresh: { options: flags('--list --time'), require: [['--list', '--time']] },
    },
    network: 'unix',
  },
  {
    name: 'flatpak',
    use: 'flatpaks',
    examples: ['flatpak list'],
    verbs: { list: { options: flags('--app --runtime -d --show-details') } },
  },
  {
    name: 'needs-restarting',
    use: 'whether a reboot is due',
    examples: ['needs-restarting -r'],
    options: flags('-r -s -u --reboothint --services --useronly'),
    needs: 'ptraceFileRead',
    deadlineSeconds: 30,
  },
  {
    name: 'needrestart',
    use: 'what must restart; lists only',
    examples: ['needrestart -b -r l'],
    options: { ...flags('-b -k -l -q -v -n -p'), ...valued('-r', oneOf('l')) },
    require: [['-b', '-r']],
    needs: 'root',
    deadlineSeconds: 40,
  },
];
