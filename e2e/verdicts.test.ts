/**
 * Real faults of this very machine, found through kubectl by the playbook.
 *
 * The investigation gets only the symptom; component, mechanism and grounding are checked against the truth of the
 * injector. Each fault is undone, and the undo checked, also when the test fails.
 */
import type { Investigation } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  controlIdle,
  controlPageCacheFull,
  controlTimeWait,
  injectCgroupOomKill,
  injectCpuSaturation,
  injectCpuThrottling,
  injectDescriptorsExhausted,
  injectDiskReads,
  injectDiskSaturation,
  injectFileSystemFull,
  injectForkStorm,
  injectInodesExhausted,
  injectMemoryPressure,
  injectReadOnlyFileSystem,
  injectSingleOomKill,
  injectSparseThrottling,
  injectStoppedProcess,
  injectTmpfsFull,
  injectTmpfsInodesExhausted,
  type InjectedFault,
} from './faults/index.ts';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { investigate, tasksOf, ungroundedQuotes } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

interface Scenario {
  name: string;
  prompt: string;
  inject: () => Promise<InjectedFault>;
}

const FAULTS: Scenario[] = [
  {
    name: 'cpu-busy',
    prompt: 'Everything on this host is slow since an hour ago.',
    inject: () => injectCpuSaturation(),
  },
  {
    name: 'worker-slow',
    prompt: 'The worker takes ten times longer, yet the host looks idle.',
    inject: injectCpuThrottling,
  },
  {
    name: 'worker-dies',
    prompt: 'A worker dies with exit status 137 again and again, the host has free memory.',
    inject: injectCgroupOomKill,
  },
  {
    name: 'reads-slow',
    prompt: 'Reads of a hot file became slow and the disk is busy.',
    inject: () => injectMemoryPressure(),
  },
  { name: 'no-space', prompt: 'The application says: No space left on device.', inject: () => injectFileSystemFull() },
  { name: 'tmp-full', prompt: 'Writing temporary files fails.', inject: () => injectTmpfsFull() },
  {
    name: 'no-inodes',
    prompt: 'No space left on device, but df shows 99% free.',
    inject: () => injectInodesExhausted(),
  },
  { name: 'forks', prompt: 'Why is this machine slow?', inject: () => injectForkStorm() },
  { name: 'worker-rests', prompt: 'A nightly worker became far too slow.', inject: injectSparseThrottling },
  { name: 'died-once', prompt: 'Why is this machine slow?', inject: injectSingleOomKill },
  {
    name: 'no-inodes-tmpfs',
    prompt: 'Files cannot be created in a folder that has room.',
    inject: () => injectTmpfsInodesExhausted(),
  },
  { name: 'disk-reads', prompt: 'Why is this machine slow?', inject: () => injectDiskReads() },
  { name: 'disk-busy', prompt: 'Application is slow but CPU is low.', inject: () => injectDiskSaturation() },
  { name: 'cannot-save', prompt: 'The application cannot save its files.', inject: () => injectReadOnlyFileSystem() },
  { name: 'hangs', prompt: 'A worker is alive and does nothing.', inject: injectStoppedProcess },
  { name: 'files-open', prompt: 'The service logs: Too many open files.', inject: injectDescriptorsExhausted },
];

const CONTROLS: Scenario[] = [
  { name: 'idle', prompt: 'Somebody said that this host is slow.', inject: controlIdle },
  { name: 'page-cache', prompt: 'Free memory is near zero, is that a problem?', inject: () => controlPageCacheFull() },
  { name: 'time-wait', prompt: 'There are very many sockets in TIME_WAIT.', inject: () => controlTimeWait() },
];

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot && findKubectl())('verdicts on real faults (left out without root or kubectl)', () => {
  let plane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane();
    kubectl = kubectlFor(plane.kubeconfigPath);
  });
  afterAll(() => plane.close());

  const run = async (scenario: Scenario): Promise<{ investigation: Investigation; fault: InjectedFault }> => {
    const fault = await scenario.inject();
    try {
      const investigation = await investigate(kubectl, plane, { name: scenario.name, prompt: scenario.prompt });
      return { investigation, fault };
    } finally {
      await fault.undo();
    }
  };

  it.each(FAULTS)(
    '$name: finds the component and the mechanism, and proves them',
    { timeout: 180_000 },
    async (scenario) => {
      const { investigation, fault } = await run(scenario);
      const { resolution, findings } = investigation.status ?? {};
      const told = JSON.stringify({ resolution, findings }, null, 1);
      expect(resolution?.verdict, told).toBe('RootCauseFound');
      expect(resolution?.rootCause?.mechanism, told).toBe(fault.truth.mechanism);
      expect(resolution?.rootCause?.component, told).toMatch(new RegExp(fault.truth.component));
      expect(resolution?.evidence?.length, told).toBeGreaterThan(0);
      expect(resolution?.plan, told).toMatch(/\S/);
      expect(await ungroundedQuotes(kubectl, investigation)).toEqual([]);
    },
  );

  it.each(CONTROLS)('$name: finds no fault', { timeout: 180_000 }, async (scenario) => {
    const { investigation } = await run(scenario);
    const told = JSON.stringify(investigation.status?.resolution, null, 1);
    expect(investigation.status?.resolution?.verdict, told).toBe('NoFaultFound');
    expect(investigation.status?.conditions?.find(({ type }) => type === 'Succeeded')?.status).toBe('True');
    expect(await ungroundedQuotes(kubectl, investigation)).toEqual([]);
  });

  it('used the block trace of the kernel for the disk', async () => {
    const tasks = await tasksOf(kubectl, 'disk-busy');
    const traces = tasks.flatMap((task) => task.spec.actions ?? []).flatMap((action) => action.trace?.program ?? []);
    expect(traces.join('\n')).toContain('tracepoint:block:block_rq_issue');
  });
});
