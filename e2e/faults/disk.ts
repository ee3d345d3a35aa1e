import { rm } from 'node:fs/promises';
import { buildFault } from './fault.ts';
import type { InjectedFault } from './fault.ts';
import { run, startScript, suffix } from './shell.ts';

/**
 * Keeps the disk under `folder` busy with writes that pass by the page cache.
 *
 * Bounded: each worker writes one file of 128 MiB over and over, for at most 15 minutes.
 */
export async function injectDiskSaturation(folder = '/var/tmp', workers = 4): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const pids: number[] = [];
    for (let index = 0; index < workers; index += 1) {
      const file = `${folder}/export-${suffix()}`;
      undo.push(async () => rm(file, { force: true }));
      const work =
        'end=$(($(date +%s) + 900)); while [ $(date +%s) -lt $end ]; do dd if=/dev/zero of="$1" bs=256K count=512 oflag=direct conv=notrunc status=none; done';
      pids.push(await startScript(undo, work, file));
    }
    return { mechanism: 'DiskIOSaturation', component: 'dd|vd|sd|nvme|xvd|loop|mmcblk' };
  });
}

/** Writes 4 KiB and syncs, in a loop: little data, and the device does nothing but flush. */
export async function injectFsyncStorm(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const file = `${folder}/journal-${suffix()}`;
    undo.push(async () => rm(file, { force: true }));
    const program =
      'import os,sys,time\nf=os.open(sys.argv[1],os.O_CREAT|os.O_WRONLY)\nend=time.time()+900\nwhile time.time()<end:\n os.pwrite(f,b"x"*4096,0)\n os.fsync(f)\n';
    await startScript(undo, 'exec python3 -c "$1" "$2"', program, file);
    return { mechanism: 'FsyncStorm', component: 'python' };
  });
}

/** Keeps the disk under `folder` busy with reads of small pieces at random places that pass by the page cache. */
export async function injectDiskReads(folder = '/var/tmp', readers = 4): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const file = `${folder}/table-${suffix()}`;
    undo.push(async () => rm(file, { force: true }));
    await run('dd', 'if=/dev/zero', `of=${file}`, 'bs=1M', 'count=100', 'oflag=direct', 'status=none');
    const program =
      'import mmap,os,random,sys,time\nf=os.open(sys.argv[1],os.O_RDONLY|os.O_DIRECT)\nb=mmap.mmap(-1,65536)\nend=time.time()+900\nwhile time.time()<end:\n os.preadv(f,[b],random.randrange(1500)*65536)\n';
    for (let index = 0; index < readers; index += 1)
      await startScript(undo, 'exec python3 -c "$1" "$2"', program, file);
    return { mechanism: 'DiskIOSaturation', component: 'python|vd|sd|nvme|xvd|mmcblk' };
  });
}
