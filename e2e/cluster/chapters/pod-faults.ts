import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  crashLoopPod,
  failingDNSPod,
  fullEmptyDirPod,
  healthyPod,
  memoryLimitPod,
  throttledPod,
  type PodFault,
  type PodFaultPlace,
} from '../../faults/pods/index.ts';
import { ungroundedQuotes } from '../../system/investigate.ts';
import { nodeImage } from '../harness/images.ts';
import { manifests } from '../harness/manifests.ts';
import { answers } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';
import { until } from '../harness/world.ts';

const FAULTS = {
  'a container is throttled': throttledPod,
  'a container outgrows its memory limit': memoryLimitPod,
  'an emptyDir is full': fullEmptyDirPod,
  'the name server of a pod is not there': failingDNSPod,
  'a container ends again and again': crashLoopPod,
  'nothing is wrong': healthyPod,
} satisfies Record<string, (place: PodFaultPlace) => PodFault>;

/** Real faults in the pods of people, asked about by the name of the pod and nothing else. */
export function podFaults(at: () => Story): void {
  describe('an Investigation of a pod', () => {
    const faults = new Map<string, PodFault>();

    beforeAll(async () => {
      const { session, nodes } = at();
      const image = nodeImage();
      for (const [index, [title, faultOf]] of Object.entries(FAULTS).entries()) {
        const nodeName = nodes[index % nodes.length];
        faults.set(title, faultOf({ namespace: SHOP, image, ...(nodeName === undefined ? {} : { nodeName }) }));
      }
      await mustKubectl(session.kubectl, ['apply', '-f', '-'], manifestsOf([...faults.values()]));
    });

    afterAll(async () => {
      const { kubectl } = at().session;
      const options = ['--ignore-not-found', '--wait=false'];
      await mustKubectl(kubectl, ['delete', ...options, '-f', '-'], manifestsOf([...faults.values()]));
    });

    it.each(Object.keys(FAULTS).map((title) => ({ title })))(
      'says so when $title, and proves it',
      { timeout: 180_000 },
      async ({ title }) => {
        const story = at();
        const fault = faults.get(title)!;
        const { pod, prompt, truth } = fault;
        await until(story.world.pods, { what: `the fault of ${pod} is in force`, deadlineMs: 90_000 }, (pods) =>
          pods.find(({ metadata, status }) => metadata.name === pod && status && fault.isInForce(status)),
        );
        const asked = await story.ask({ name: `why-${pod}`, spec: { podRef: { name: pod }, prompt } });
        const [investigation] = await answers(story.session, asked);
        const { resolution, findings } = investigation!.status ?? {};
        const told = JSON.stringify({ resolution, findings }, null, 1);
        expect(resolution?.verdict, told).toBe(truth.verdict);
        expect(resolution?.rootCause?.mechanism ?? 'None', told).toBe(truth.mechanism);
        expect(resolution?.rootCause?.component ?? '', told).toMatch(new RegExp(truth.component, 'u'));
        expect(await ungroundedQuotes(inNamespace(story.session.kubectl, SHOP), investigation!)).toEqual([]);
      },
    );
  });
}

function manifestsOf(faults: readonly PodFault[]): string {
  return manifests(faults.flatMap(({ objects }) => objects));
}
