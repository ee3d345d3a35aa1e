import type { Command } from '../grammar/grammar.ts';
import { flags, maybe, one, sampling, some, valued } from '../grammar/grammar.ts';
import {
  anyOf,
  columns,
  decimal,
  iface,
  int,
  listOf,
  match,
  name,
  oneOf,
  pid,
  readPath,
} from '../grammar/value-kinds.ts';

const diskNames = match('(?:/dev/)?[a-z][a-z0-9-]{0,31}', 'a disk');
const cpuList = match('ALL|SUM|\\d{1,4}(?:[,-]\\d{1,4})*', 'a list of processors');
const clock = match('\\d{2}:\\d{2}(?::\\d{2})?', 'a time of day');

/** Commands that show load, memory and their course. */
export const loadCommands: readonly Command[] = [
  {
    name: 'uptime',
    use: 'load averages and time since boot',
    examples: ['uptime'],
    options: flags('-p -s --pretty --since'),
  },
  {
    name: 'free',
    use: 'memory and swap in use',
    examples: ['free -m'],
    options: {
      ...flags(
        '-b -k -m -g -h -w -t -l -v -L --bytes --kibi --mebi --gibi --human --wide --total --lohi --si --mega --giga --committed',
      ),
      ...valued('-s --seconds', decimal(0.1, 10)),
      ...valued('-c --count', int(1, 10)),
    },
    duration: {
      factors: [
        [['-s', '--seconds'], 1],
        [['-c', '--count'], 1],
      ],
      maxSeconds: 30,
    },
    requireWith: [
      [
        ['-s', '--seconds'],
        ['-c', '--count'],
      ],
    ],
  },
  {
    name: 'vmstat',
    use: 'run queue, memory, swap, block I/O and CPU over time',
    examples: ['vmstat 1 3', 'vmstat -s'],
    options: {
      ...flags(
        '-a -f -m -n -s -d -D -w -t -y --active --forks --slabs --one-header --stats --disk --disk-sum --wide --timestamp --no-first',
      ),
      ...valued('-S --unit', oneOf('k K m M')),
      ...valued('-p --partition', diskNames),
    },
    forms: [[sampling]],
    deadlineSeconds: 40,
  },
  {
    name: 'iostat',
    use: 'utilisation, latency and throughput of disks over time',
    examples: ['iostat -x 1 3'],
    options: {
      ...flags('-c -d -h -k -m -N -s -t -x -y -z --compact --dec=0 --dec=1 --dec=2 --human --pretty'),
      ...valued('-p', listOf(diskNames)),
      ...valued('-j', oneOf('ID LABEL PATH UUID')),
      ...valued('-o', oneOf('JSON')),
    },
    forms: [[some(diskNames), sampling]],
    deadlineSeconds: 40,
  },
  {
    name: 'mpstat',
    use: 'load of each processor over time',
    examples: ['mpstat -P ALL 1 3'],
    options: {
      ...flags('-A -n -u -T'),
      ...valued('-P', cpuList),
      ...valued('-N', cpuList),
      ...valued('-I', match('(?:ALL|CPU|SCPU|SUM)(?:,(?:CPU|SCPU|SUM))*', 'a kind of interrupts')),
      ...valued('-o', oneOf('JSON')),
    },
    forms: [[sampling]],
    deadlineSeconds: 40,
  },
  {
    name: 'pidstat',
    use: 'CPU, memory, I/O and switches of processes over time',
    examples: ['pidstat 1 3', 'pidstat -d 1 3'],
    options: {
      ...flags('-d -h -H -I -l -R -r -s -t -u -v -w --human --dec=0 --dec=1 --dec=2'),
      ...valued('-p', match('ALL|SELF|\\d{1,7}(?:,\\d{1,7}){0,31}', 'process ids')),
      // Without a dash in front: the value of -U may be left out, and -e after it would run a program.
      ...valued('-C -G -U', match('[A-Za-z0-9_./][A-Za-z0-9_./-]{0,63}', 'a name')),
      ...valued('-T', oneOf('TASK CHILD ALL')),
    },
    forms: [[sampling]],
    needsWith: { '-d': 'ptraceFileRead' },
    deadlineSeconds: 40,
  },
  {
    name: 'sar',
    use: 'recorded or sampled activity of the system',
    examples: ['sar -n DEV 1 3', 'sar -q'],
    options: {
      ...flags(
        '-A -b -B -d -F -H -h -p -q -r -R -S -t -u -v -V -w -W -y -z -C -D --human --pretty --dec=0 --dec=1 --dec=2',
      ),
      ...valued('-P', cpuList),
      ...valued('-I', match('ALL|SUM|XALL|\\d{1,4}(?:[,-]\\d{1,4})*', 'interrupts')),
      ...valued('-n', match('(?:ALL|[A-Z]{2,6}6?)(?:,[A-Z]{2,6}6?)*', 'network keywords such as DEV,TCP')),
      ...valued('-m', match('[A-Z]+(?:,[A-Z]+)*', 'power keywords')),
      ...valued('-f', readPath),
      ...valued('-s -e', clock),
      ...valued('-i', int(1, 3600)),
      ...valued('--iface', listOf(iface)),
      ...valued('--dev', listOf(diskNames)),
    },
    forms: [[maybe(oneOf('ALL')), sampling]],
    network: 'netlink',
    deadlineSeconds: 40,
  },
  {
    name: 'top',
    use: 'one bounded look at the busiest processes',
    examples: ['top -b -n 1 -w 160', 'top -b -H -n 1 -p 1234'],
    options: {
      ...flags('-b -c -H -i -S -s -1 --batch-mode --threads-show --idle-toggle --cmdline-toggle --accum-time-toggle'),
      ...valued('-n --iterations', int(1, 5)),
      ...valued('-d --delay', decimal(0.1, 10)),
      ...valued('-w --width', int(40, 512)),
      ...valued('-p --pid', listOf(pid, 20)),
      ...valued('-u -U --filter-only-euser --filter-any-user', name),
      ...valued('-o --sort-override', match('[+-]?[%A-Za-z+]{1,12}', 'a column')),
      ...valued('-E -e --scale-summary-mem --scale-task-mem', oneOf('k m g t p e')),
    },
    require: [
      ['-b', '--batch-mode'],
      ['-n', '--iterations'],
    ],
    duration: {
      factors: [
        [['-n', '--iterations'], 1],
        [['-d', '--delay'], 3],
      ],
      maxSeconds: 30,
    },
    deadlineSeconds: 40,
  },
  {
    name: 'iotop',
    use: 'processes by disk I/O',
    examples: ['iotop -b -n 2 -o'],
    options: {
      ...flags('-b -o -P -a -k -t -q -qq --batch --only --processes --accumulated --kilobytes --time --quiet'),
      ...valued('-n --iter', int(1, 5)),
      ...valued('-d --delay', decimal(0.1, 5)),
      ...valued('-p --pid', pid),
      ...valued('-u --user', name),
    },
    require: [
      ['-b', '--batch'],
      ['-n', '--iter'],
    ],
    needs: 'netAdmin',
    deadlineSeconds: 40,
  },
  {
    name: 'slabtop',
    use: 'kernel slab caches',
    examples: ['slabtop -o'],
    options: { ...flags('-o --once'), ...valued('-s --sort', oneOf('a b c l v n o p s u')) },
    require: [['-o', '--once']],
    needs: 'fileRead',
  },
  {
    name: 'numastat',
    use: 'memory per NUMA node',
    examples: ['numastat -m'],
    options: { ...flags('-c -m -n -s -v -z'), ...valued('-p', anyOf(pid, name)) },
    forms: [[maybe(pid)]],
  },
  {
    name: 'numactl',
    use: 'NUMA layout and policy',
    examples: ['numactl --hardware'],
    options: flags('-H -s --hardware --show'),
    require: [['-H', '-s', '--hardware', '--show']],
  },
  {
    name: 'perf',
    use: 'hardware and software counters of the whole machine, for a bounded time',
    examples: ['perf stat -a -- sleep 2'],
    verbs: {
      stat: {
        options: {
          ...flags('-a -d -A --all-cpus --detailed --no-aggr --per-core --per-socket'),
          ...valued('-e --event', match('[A-Za-z0-9_:-]+(?:,[A-Za-z0-9_:-]+)*', 'a list of events')),
          ...valued('-p --pid', listOf(pid, 8)),
          ...valued('-C --cpu', cpuList),
          ...valued('-I --interval-print', int(100, 10_000)),
        },
        endsOptions: true,
        require: [['-a', '--all-cpus', '-p', '--pid']],
        forms: [[one(oneOf('sleep')), one(decimal(0.1, 10))]],
      },
    },
    needs: 'perf',
    deadlineSeconds: 20,
  },
  {
    name: 'systemd-cgtop',
    use: 'control groups by use, one bounded look',
    examples: ['systemd-cgtop -b -n 1'],
    options: {
      ...flags('-b -p -t -c -m -i -P -k -r --batch --raw'),
      ...valued('-n --iterations', int(1, 5)),
      ...valued('-d --delay', decimal(0.1, 5)),
      ...valued('--depth', int(1, 8)),
      ...valued('--order', oneOf('path tasks cpu memory io')),
    },
    require: [
      ['-b', '--batch'],
      ['-n', '--iterations'],
    ],
    deadlineSeconds: 30,
  },
  {
    name: 'ipcs',
    use: 'System V shared memory, semaphores and queues',
    examples: ['ipcs -a'],
    options: {
      ...flags(
        '-a -b -c -e -h -l -m -p -q -s -t -u --all --limits --summary --shmems --queues --semaphores --creator --pid --time --human --bytes',
      ),
      ...valued('-i --id', int(0, 2_147_483_647)),
    },
  },
  {
    name: 'lsipc',
    use: 'IPC facilities and their limits',
    examples: ['lsipc -g'],
    options: {
      ...flags('-g -m -q -s -b -c -J -l -n -r -t -P'),
      ...valued('-o --output', columns),
      ...valued('-i --id', int(0, 2_147_483_647)),
    },
  },
];
