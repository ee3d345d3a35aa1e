import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, one, several, some, valued } from '../grammar/grammar.ts';
import { anyOf, columns, int, listOf, listPath, match, name, oneOf, pid, search } from '../grammar/value-kinds.ts';

/** Columns of ps. The environment is not among them: it holds keys. */
const PS_COLUMN =
  '(?:%cpu|%mem|args|blocked|bsdstart|bsdtime|c|caught|cgname|cgroup|cgroupns|class|cls|cmd|comm|command|cp|cputime|cputimes|cuc|cuu|drs|egid|egroup|eip|elapsed|esp|etime|etimes|euid|euser|exe|f|fgid|fgroup|flag|flags|fname|fuid|fuser|gid|group|ignored|ipcns|label|lstart|lsession|luid|lwp|lxc|machine|maj_flt|majflt|min_flt|minflt|mntns|netns|ni|nice|nlwp|numa|nwchan|oom|oomadj|ouid|pcpu|pending|pgid|pgrp|pid|pidns|pmem|policy|ppid|pri|priority|psr|pss|rbytes|rgid|rgroup|rops|rss|rssize|rsz|rtprio|ruid|ruser|s|sched|seat|sess|session|sgi_p|sgid|sgroup|sid|sig|sigcatch|sigignore|sigmask|size|slice|spid|stackp|start|start_time|stat|state|stime|suid|suser|supgid|supgrp|svgid|svuid|sz|tgid|thcount|tid|time|timens|times|tname|tpgid|trs|tt|tty|ucmd|ucomm|uid|uname|unit|user|userns|uss|utsns|uunit|vsize|vsz|wbytes|wcbytes|wchan|wops)';
const psColumns = match(
  `${PS_COLUMN}(?:[:]\\d{1,3})?=?(?:[, ]${PS_COLUMN}(?:[:]\\d{1,3})?=?)*`,
  'a list of ps columns (environ is closed)',
);
const psSort = match(`[+-]?${PS_COLUMN}(?:,[+-]?${PS_COLUMN})*`, 'columns to sort by');
const pidList = match('\\d{1,7}(?:[, ]\\d{1,7}){0,63}', 'process ids');
const names = match('[A-Za-z0-9_][A-Za-z0-9_.@:+/-]{0,63}(?:,[A-Za-z0-9_][A-Za-z0-9_.@:+/-]{0,63}){0,15}', 'names');
/** Options in the manner of BSD, without a dash; `e` would print environments. */
const bsdFlags = match('[aTfghjlmnrsuvwxHLSX]{1,10}', 'options such as aux (e would print environments)');
const bsdFlagsThenColumns = match('[aTfghjlmnrsuvwxHLSX]{0,9}o', 'options such as axo');
const lsofInet = match(
  '[46]?(?:TCP|UDP|tcp|udp)?(?:@(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:]{2,45}\\]))?(?::[a-z0-9,-]{1,64})?',
  'such as :443, TCP:80 or UDP@10.0.0.1:53',
);

/** Commands that show processes, their files and limits. */
export const processCommands: readonly Command[] = [
  {
    name: 'ps',
    use: 'processes and threads with state, wait channel, CPU and memory',
    examples: ['ps -eo pid,ppid,stat,wchan:20,pcpu,pmem,comm --sort=-pcpu', 'ps aux'],
    options: {
      ...flags(
        '-A -a -c -d -e -f -F -H -j -l -L -m -M -N -P -T -w -x -y -Z --forest --headers --no-headers --noheaders --noheading --deselect --context',
      ),
      ...valued('-o -O --format', psColumns),
      ...valued('--sort -k', psSort),
      ...valued('-p -q --pid --ppid --quick-pid -s --sid', pidList),
      ...valued('-C -u -U -g -G -t --user --User --group --Group --tty', names),
      ...valued('--cols --columns --width --rows --lines', int(20, 1000)),
    },
    forms: [
      [some(bsdFlags, 1), some(pid, 20)],
      [one(bsdFlagsThenColumns), one(psColumns)],
    ],
    extraCheck: 'ps',
    needs: 'none',
  },
  {
    name: 'pgrep',
    use: 'process ids by name',
    examples: ['pgrep -a nginx'],
    options: {
      ...flags(
        '-a -c -f -i -l -L -n -o -v -w -x --list-name --list-full --count --full --ignore-case --newest --oldest --exact --inverse --lightweight',
      ),
      ...valued('-d --delimiter', match('[, :]', 'a delimiter')),
      ...valued('-u -U -g -G -t --euid --uid --group --pgroup --terminal', names),
      ...valued('-P -s --parent --session --ns', pidList),
      ...valued('-r --runstates', match('[A-Za-z,]{1,12}', 'states')),
    },
    forms: [[maybe(search)]],
  },
  {
    name: 'pidof',
    use: 'process ids of a program',
    examples: ['pidof nginx'],
    options: { ...flags('-s -x -q -c -w -z'), ...valued('-o', pid) },
    forms: [[several(name)]],
  },
  {
    name: 'pstree',
    use: 'the tree of processes',
    examples: ['pstree -p 1'],
    options: {
      ...flags('-a -A -c -C -g -G -h -l -n -p -s -S -t -T -u -U -Z'),
      ...valued('-H', pid),
      ...valued('-N', oneOf('cgroup ipc mnt net pid time user uts')),
    },
    forms: [[maybe(anyOf(pid, name))]],
  },
  {
    name: 'lsof',
    use: 'open files and sockets of processes, deleted files that are still open',
    examples: ['lsof +L1', 'lsof -nP -p 1234', 'lsof -nP -i :8080'],
    options: {
      ...flags('-a -b -C -K -l -M -n -N -O -P -R -t -U -V -v -w -X -L +L +L1 +w +M -H +c0 +c15 +f -Q'),
      ...valued('-p', match('\\^?\\d{1,7}(?:,\\^?\\d{1,7}){0,31}', 'process ids')),
      // Without a dash in front: after -g, whose value may be left out, lsof would read it as an option.
      ...valued(
        '-c -u -g',
        match('\\^?[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,62}(?:,\\^?[A-Za-z0-9_.:-]{1,63}){0,15}', 'names'),
      ),
      ...valued('-d', match('\\^?[A-Za-z0-9][A-Za-z0-9-]{0,15}(?:,\\^?[A-Za-z0-9-]{1,16}){0,31}', 'descriptors')),
      ...attached('-F', match('[A-Za-z0-9]{1,30}', 'output fields')),
      ...attached('-s -T', match('(?:TCP|UDP|tcp|udp):[A-Za-z_^,]+|[fqs]{1,3}', 'a state')),
      ...attached('-i', lsofInet),
      ...flags('-o'),
      ...valued('+d', listPath),
      ...valued('+c', int(0, 32)),
    },
    forms: [[some(anyOf(listPath, lsofInet), 8)]],
    needs: 'ptraceFileRead',
    network: 'netlink',
    deadlineSeconds: 20,
  },
  {
    name: 'fuser',
    use: 'processes that use a file, mount or port',
    examples: ['fuser -v -m /var/log', 'fuser -v -n tcp 80'],
    options: {
      ...flags('-a -c -f -m -M -s -u -v -I -4 -6 --all --mount --user --verbose'),
      ...valued('-n --namespace', oneOf('file tcp udp')),
    },
    forms: [[several(anyOf(listPath, match('\\d{1,5}(?:/(?:tcp|udp))?', 'a port')), 8)]],
    needs: 'ptraceFileRead',
    network: 'netlink',
  },
  {
    name: 'pmap',
    use: 'memory maps of a process',
    examples: ['pmap -x 1234'],
    options: flags('-x -X -XX -d -q -p --extended --device --quiet --show-path'),
    forms: [[several(pid, 4)]],
    needs: 'ptrace',
  },
  {
    name: 'pwdx',
    use: 'working folder of a process',
    examples: ['pwdx 1234'],
    forms: [[several(pid, 16)]],
    needs: 'ptrace',
  },
  {
    name: 'prlimit',
    use: 'limits of a process',
    examples: ['prlimit --pid 1234'],
    options: {
      ...flags(
        '-c -d -e -f -i -l -m -n -q -r -s -t -u -v -x -y --core --data --nice --fsize --sigpending --memlock --rss --nofile --msgqueue --rtprio --stack --cpu --nproc --as --locks --rttime --noheadings --raw --verbose',
      ),
      ...valued('-p --pid', pid),
      ...valued('-o --output', columns),
    },
    require: [['-p', '--pid']],
    needs: 'ptrace',
  },
  {
    name: 'taskset',
    use: 'processors a process may use',
    examples: ['taskset -cp 1234'],
    options: flags('-a -c -p --all-tasks --cpu-list --pid'),
    require: [['-p', '--pid']],
    forms: [[one(pid)]],
  },
  {
    name: 'chrt',
    use: 'scheduling policy of a process',
    examples: ['chrt -p 1234'],
    options: flags('-p -a -m --pid --all-tasks --max'),
    require: [['-p', '--pid', '-m', '--max']],
    forms: [[maybe(pid)]],
  },
  {
    name: 'ionice',
    use: 'I/O scheduling class of a process',
    examples: ['ionice -p 1234'],
    options: valued('-p --pid', pid),
    require: [['-p', '--pid']],
  },
  {
    name: 'getpcaps',
    use: 'capabilities of a process',
    examples: ['getpcaps 1234'],
    forms: [[several(pid, 8)]],
  },
  {
    name: 'lsns',
    use: 'namespaces and their processes',
    examples: ['lsns -t net'],
    options: {
      ...flags('-l -n -r -u -W -J --list --json --noheadings --raw --notruncate'),
      ...valued('-p --task', pid),
      ...valued('-t --type', oneOf('mnt net ipc user pid uts cgroup time')),
      ...valued('-o --output', columns),
    },
    forms: [[maybe(int(1, 9_999_999_999))]],
    needs: 'ptrace',
  },
  {
    name: 'lslocks',
    use: 'file locks and their holders',
    examples: ['lslocks'],
    options: {
      ...flags('-b -i -J -n -r -u --bytes --noinaccessible --json --noheadings --raw --notruncate'),
      ...valued('-p --pid', pid),
      ...valued('-o --output', columns),
    },
    needs: 'ptrace',
  },
  {
    name: 'lscgroup',
    use: 'control groups',
    examples: ['lscgroup'],
    forms: [[some(match('[a-z_,]{1,64}:/[\\w./@-]{0,200}', 'controller:path'), 4)]],
  },
  {
    name: 'systemd-cgls',
    use: 'the tree of control groups',
    examples: ['systemd-cgls --no-pager'],
    options: { ...flags('--no-pager -l -k --full --all -a'), ...valued('-u --unit', listOf(name)) },
    forms: [[maybe(match('/(?!.*\\.\\.)[\\w.@/-]{0,200}', 'a control group'))]],
  },
];
