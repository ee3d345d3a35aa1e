import type { Command } from '../grammar/grammar.ts';
import { attached, flags, maybe, one, sampling, several, some, valued } from '../grammar/grammar.ts';
import { anyOf, columns, device, int, listOf, listPath, match, name, oneOf } from '../grammar/value-kinds.ts';

const volume = match('[A-Za-z0-9_.+-]{1,127}(?:/[A-Za-z0-9_.+-]{1,127})?|/dev/[A-Za-z0-9_.+/-]{1,200}', 'a volume');
const dataset = match(
  '[A-Za-z0-9_.:-]{1,127}(?:/[A-Za-z0-9_.:@ -]{1,127}){0,8}(?:@[A-Za-z0-9_.:-]{1,127})?',
  'a dataset',
);
const pool = match('[A-Za-z][A-Za-z0-9_.:-]{0,63}', 'a pool');
const properties = match('[a-z0-9_:@%-]{1,40}(?:,[a-z0-9_:@%-]{1,40}){0,31}', 'properties');
const tag = match('[A-Z]{2,16}=[A-Za-z0-9_.:/-]{1,128}', 'a tag such as UUID=...');

const lvmReport = (tool: string, use: string): Command => ({
  name: tool,
  use,
  examples: [tool],
  options: {
    ...flags(
      '-a -v -P --all --noheadings --nosuffix --readonly --segments --nameprefixes --unquoted --aligned --unbuffered',
    ),
    ...valued('-o --options', columns),
    ...valued('-O --sort', match('[+-]?[a-z_]+(?:,[+-]?[a-z_]+)*', 'columns to sort by')),
    ...valued('--units', match('[hHbBsSkKmMgGtTpPeE]', 'a unit')),
    ...valued('--separator', match('[|:;, ]', 'one character')),
    ...valued('--reportformat', oneOf('basic json')),
  },
  forms: [[some(volume, 8)]],
  needs: 'root',
});
const lvmDisplay = (tool: string): Command => ({
  name: tool,
  use: 'volumes in full',
  examples: [tool],
  options: flags('-a -c -C -m -s -v --all --colon --columns --maps --short --verbose --noheadings --readonly'),
  forms: [[some(volume, 8)]],
  needs: 'root',
});

/** Commands that show disks, file systems and volumes. */
export const storageCommands: readonly Command[] = [
  {
    name: 'lsblk',
    use: 'block devices, sizes, types and mount points',
    examples: ['lsblk -o NAME,MAJ:MIN,SIZE,TYPE,RO,MOUNTPOINT', 'lsblk -f'],
    options: {
      ...flags(
        '-a -A -b -d -D -f -i -J -l -m -M -n -N -O -p -P -r -s -S -t -T -v -z --all --noempty --bytes --nodeps --discard --fs --ascii --json --list --perms --merge --noheadings --output-all --paths --pairs --raw --inverse --scsi --topology --zoned --nvme --virtio --tree',
      ),
      ...valued('-o --output', columns),
      ...valued('-x --sort -E --dedup', columns),
      ...valued('-e -I --exclude --include', match('\\d{1,4}(?:,\\d{1,4})*', 'major numbers')),
      ...valued('-w --width', int(20, 1000)),
    },
    forms: [[some(device, 8)]],
  },
  {
    name: 'blkid',
    use: 'labels and types of file systems',
    examples: ['blkid', 'blkid -o list'],
    options: {
      ...flags('-k'),
      ...valued('-o --output', oneOf('full value list device udev export')),
      ...valued('-s --match-tag', match('[A-Z_]{2,20}', 'a tag')),
      ...valued('-t --match-token', tag),
      ...valued('-L -U --label --uuid', match('[A-Za-z0-9_.:-]{1,64}', 'a label')),
    },
    forms: [[some(device, 8)]],
    needs: 'fileRead',
  },
  {
    name: 'findmnt',
    use: 'mounts with source, type and options',
    examples: ['findmnt -N 1', 'findmnt -N 1 -o TARGET,SOURCE,FSTYPE,OPTIONS'],
    options: {
      ...flags(
        '-a -A -b -C -D -e -f -i -J -k -l -m -n -P -r -R -s -u -U -v -x --all --ascii --bytes --df --evaluate --fstab --json --kernel --list --mtab --noheadings --pairs --pseudo --raw --real --submounts --shadowed --verify --verbose --uniq --notruncate --tree --nofsroot',
      ),
      ...valued('-N --task', int(1, 4_194_304)),
      ...valued('-o --output', columns),
      ...valued(
        '-t --types -O --options',
        match('(?:no)?[a-z0-9._=-]{1,40}(?:,(?:no)?[a-z0-9._=-]{1,40}){0,15}', 'types or options'),
      ),
      ...valued('-S --source', anyOf(device, tag, listPath, name)),
      ...valued('-T --target -M --mountpoint', listPath),
      ...valued('-d --direction', oneOf('forward backward')),
    },
    forms: [[some(anyOf(device, listPath, tag), 2)]],
  },
  {
    name: 'mount',
    use: 'the mount table',
    examples: ['mount', 'findmnt -N 1'],
    options: {
      ...flags('-l'),
      ...valued('-t', match('(?:no)?[a-z0-9._]{1,20}(?:,(?:no)?[a-z0-9._]{1,20}){0,15}', 'types')),
    },
  },
  {
    name: 'mountpoint',
    use: 'whether a folder is a mount point',
    examples: ['mountpoint /var'],
    options: flags('-d -q -x --fs-devno --quiet --nofollow'),
    forms: [[one(listPath)]],
  },
  {
    name: 'swapon',
    use: 'swap areas in use',
    examples: ['swapon --show'],
    options: { ...flags('-s --summary --noheadings --raw --bytes'), ...attached('--show', columns) },
  },
  {
    name: 'losetup',
    use: 'loop devices and their files',
    examples: ['losetup -a'],
    options: { ...flags('-a -l -J -n --all --list --json --noheadings --raw'), ...valued('-O --output', columns) },
    forms: [[maybe(match('/dev/loop\\d{1,4}', 'a loop device'))]],
    require: [['-a', '-l', '--all', '--list']],
  },
  {
    name: 'dmsetup',
    use: 'device-mapper devices, without keys',
    examples: ['dmsetup ls --tree', 'dmsetup status'],
    options: flags('--tree -c --noheadings --readonly -v'),
    verbs: { 'ls status info deps targets version': { forms: [[some(name, 8)]] } },
    needs: 'root',
  },
  {
    name: 'smartctl',
    use: 'health and error log of a disk',
    examples: ['smartctl -H -A /dev/sda', 'smartctl --scan'],
    options: {
      ...flags(
        '-a -A -c -H -i -x -j --all --attributes --capabilities --health --info --xall --json --scan --scan-open',
      ),
      ...valued(
        '-l --log',
        oneOf(
          'error selftest selective directory scttemp scterc devstat sataphy xerror background ssd smartlog nvmelog',
        ),
      ),
      ...valued('-d --device', match('[a-z0-9+]+(?:,[a-zA-Z0-9/]+)*', 'a device type')),
      ...valued('-n --nocheck', oneOf('never sleep standby idle')),
      ...valued('-q --quietmode', oneOf('errorsonly silent noserial')),
      ...valued('-f --format', oneOf('old brief hex')),
    },
    require: [
      [
        '-a',
        '-A',
        '-c',
        '-H',
        '-i',
        '-x',
        '-l',
        '--all',
        '--attributes',
        '--capabilities',
        '--health',
        '--info',
        '--xall',
        '--log',
        '--scan',
        '--scan-open',
      ],
    ],
    forms: [[maybe(device)]],
    needs: 'rawDevice',
    deadlineSeconds: 20,
  },
  {
    name: 'nvme',
    use: 'NVMe devices and their health',
    examples: ['nvme list', 'nvme smart-log /dev/nvme0'],
    options: {
      ...flags('-v -H --human-readable --verbose'),
      ...valued('-o --output-format', oneOf('normal json')),
      ...valued('-n --namespace-id', match('\\d{1,5}|0x[0-9a-f]{1,8}', 'a namespace')),
      ...valued('-e --log-entries', int(1, 64)),
    },
    verbs: {
      'list list-subsys': {},
      'smart-log error-log id-ctrl id-ns fw-log show-regs self-test-log list-ns list-ctrl get-ns-id': {
        forms: [[one(device)]],
      },
    },
    needs: 'deviceAdmin',
  },
  {
    name: 'mdadm',
    use: 'state of software RAID',
    examples: ['mdadm --detail /dev/md0', 'mdadm --examine /dev/sda1'],
    options: flags('-D -E -Q -s -v --detail --examine --query --scan --verbose --brief --export'),
    require: [['-D', '-E', '-Q', '--detail', '--examine', '--query']],
    exclusive: [['-D', '-E', '-Q', '--detail', '--examine', '--query']],
    forms: [[some(device, 8)]],
    needs: 'root',
  },
  lvmReport('lvs', 'logical volumes'),
  lvmReport('vgs', 'volume groups'),
  lvmReport('pvs', 'physical volumes'),
  lvmDisplay('lvdisplay'),
  lvmDisplay('vgdisplay'),
  lvmDisplay('pvdisplay'),
  {
    name: 'zpool',
    use: 'state and capacity of ZFS pools',
    examples: ['zpool status -x', 'zpool list'],
    verbs: {
      status: { options: flags('-D -g -i -L -P -p -s -t -v -x'), forms: [[some(pool, 8)]] },
      list: { options: { ...flags('-g -H -L -p -P -v'), ...valued('-o', properties) }, forms: [[some(pool, 8)]] },
      iostat: { options: flags('-g -H -L -l -n -P -p -q -r -v -w -y'), forms: [[some(pool, 8), sampling]] },
      get: { options: { ...flags('-H -p'), ...valued('-o', properties) }, forms: [[one(properties), some(pool, 8)]] },
      history: { options: flags('-i -l'), forms: [[one(pool)]] },
      events: { options: flags('-H -v'), forms: [[maybe(pool)]] },
    },
    needs: 'root',
    deadlineSeconds: 40,
  },
  {
    name: 'zfs',
    use: 'datasets and their properties',
    examples: ['zfs list', 'zfs get used,quota,compression'],
    verbs: {
      list: {
        options: {
          ...flags('-H -p -r'),
          ...valued('-d', int(0, 8)),
          ...valued('-o -s -S', properties),
          ...valued('-t', match('[a-z]+(?:,[a-z]+)*', 'types')),
        },
        forms: [[some(dataset, 8)]],
      },
      get: {
        options: {
          ...flags('-H -p -r'),
          ...valued('-d', int(0, 8)),
          ...valued('-o -s', properties),
          ...valued('-t', match('[a-z]+(?:,[a-z]+)*', 'types')),
        },
        forms: [[one(properties), some(dataset, 8)]],
      },
    },
    needs: 'root',
  },
  {
    name: 'btrfs',
    use: 'space and errors of btrfs',
    examples: ['btrfs filesystem usage /', 'btrfs device stats /'],
    verbs: {
      'filesystem fi': {
        options: flags('-h -b -k -m -g -t -T -H --human-readable --raw'),
        verbs: {
          'usage df': { forms: [[several(listPath, 4)]] },
          show: { forms: [[maybe(anyOf(device, listPath))]] },
          du: { options: flags('-s'), forms: [[one(listPath)]] },
        },
      },
      'device dev': {
        verbs: {
          stats: { options: flags('-c -T --check'), forms: [[one(anyOf(device, listPath))]] },
          usage: { forms: [[one(listPath)]] },
        },
      },
      scrub: { verbs: { status: { options: flags('-d -R'), forms: [[one(listPath)]] } } },
      balance: { verbs: { status: { options: flags('-v'), forms: [[one(listPath)]] } } },
      'subvolume su': {
        verbs: {
          list: { options: flags('-a -c -d -g -o -p -q -R -r -s -t -u'), forms: [[one(listPath)]] },
          show: { forms: [[one(listPath)]] },
        },
      },
      qgroup: { verbs: { show: { options: flags('-p -c -r -e'), forms: [[one(listPath)]] } } },
    },
    needs: 'root',
  },
  {
    name: 'multipath',
    use: 'paths to shared storage',
    examples: ['multipath -ll'],
    optionStyle: 'whole',
    options: flags('-l -ll'),
    require: [['-l', '-ll']],
    forms: [[maybe(name)]],
    needs: 'root',
  },
  {
    name: 'tune2fs',
    use: 'super block of an ext file system',
    examples: ['tune2fs -l /dev/sda1'],
    options: flags('-l'),
    require: [['-l']],
    forms: [[one(device)]],
    needs: 'root',
  },
  {
    name: 'dumpe2fs',
    use: 'super block of an ext file system',
    examples: ['dumpe2fs -h /dev/sda1'],
    options: flags('-h -b'),
    require: [['-h', '-b']],
    forms: [[one(device)]],
    needs: 'root',
  },
  {
    name: 'xfs_info',
    use: 'geometry of an XFS file system',
    examples: ['xfs_info /var'],
    forms: [[one(anyOf(device, listPath))]],
    needs: 'root',
  },
  {
    name: 'fdisk',
    use: 'partition tables',
    examples: ['fdisk -l'],
    options: { ...flags('-l -x --list --list-details'), ...valued('-o --output', columns) },
    require: [['-l', '-x', '--list', '--list-details']],
    forms: [[some(device, 4)]],
    needs: 'root',
  },
  {
    name: 'repquota',
    use: 'quotas of users',
    examples: ['repquota -a'],
    options: flags('-a -g -n -s -u -v -P'),
    forms: [[some(listPath, 4)]],
    needs: 'root',
  },
  {
    name: 'nfsstat',
    use: 'figures of NFS',
    examples: ['nfsstat -c'],
    options: flags('-2 -3 -4 -c -l -m -n -o -r -s -v --client --server --mounts --nfs --rpc --list'),
    network: 'netlink',
  },
  {
    name: 'nfsiostat',
    use: 'latency of NFS mounts',
    examples: ['nfsiostat 1 3'],
    options: flags('-a -d -p -s --attr --dir --page --sort'),
    forms: [[sampling, some(listPath, 4)]],
    deadlineSeconds: 40,
  },
  {
    name: 'lsfd',
    use: 'open files of a process',
    examples: ['lsfd -p 1234'],
    options: {
      ...flags('-l -n -r -u -J --threads --noheadings --raw --json --notruncate --summary'),
      ...valued('-p --pid', listOf(int(1, 4_194_304), 16)),
      ...valued('-o --output', columns),
    },
    require: [['-p', '--pid']],
    needs: 'ptraceFileRead',
  },
  {
    name: 'blockdev',
    use: 'size, read-ahead and mode of a block device',
    examples: ['blockdev --report'],
    options: flags(
      '--report --getra --getfra --getro --getsize64 --getsz --getss --getpbsz --getiomin --getioopt --getalignoff --getmaxsect -q -v',
    ),
    forms: [[some(device, 4)]],
    needs: 'root',
  },
  {
    name: 'zramctl',
    use: 'compressed swap and RAM disks',
    examples: ['zramctl'],
    options: { ...flags('-b -n --bytes --noheadings --output-all --raw'), ...valued('-o --output', columns) },
  },
  {
    name: 'lsscsi',
    use: 'SCSI devices',
    examples: ['lsscsi'],
    options: flags('-c -d -g -H -i -l -L -p -s -S -t -u -v -w --size --transport --generic --long --list'),
  },
  {
    name: 'hdparm',
    use: 'identity of a disk',
    examples: ['hdparm -I /dev/sda'],
    options: flags('-I -i -C'),
    require: [['-I', '-i', '-C']],
    forms: [[one(device)]],
    needs: 'rawDevice',
  },
  {
    name: 'sgdisk',
    use: 'a GPT partition table',
    examples: ['sgdisk -p /dev/sda'],
    options: flags('-p --print'),
    require: [['-p', '--print']],
    forms: [[one(device)]],
    needs: 'root',
  },
];
