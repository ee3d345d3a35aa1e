import { nodeImage } from '../../../e2e/cluster/harness/images.ts';
import { manifests } from '../../../e2e/cluster/harness/manifests.ts';
import { answers, reasonOf } from '../../../e2e/cluster/harness/runs.ts';
import { mustKubectl } from '../../../e2e/cluster/harness/session.ts';
import { SHOP, type Story } from '../../../e2e/cluster/harness/story.ts';
import { until } from '../../../e2e/cluster/harness/world.ts';
import { throttledPod } from '../../../e2e/faults/pods/index.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../statistics.ts';

const RUNS = 5;

/** Investigates a throttled pod by the playbook, again and again. */
export async function verdict(story: Story): Promise<Measurement[]> {
  const { kubectl } = story.session;
  const nodeName = story.nodes[0] ?? '';
  const fault = throttledPod({ namespace: SHOP, image: nodeImage(), nodeName });
  const objects = manifests(fault.objects);
  await mustKubectl(kubectl, ['apply', '-f', '-'], objects);
  await until(story.world.pods, { what: 'the pod is throttled', deadlineMs: 60_000 }, (pods) =>
    pods.find(({ metadata, status }) => metadata.name === fault.pod && status && fault.isInForce(status)),
  );
  const seconds: number[] = [];
  let right = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const startedMs = performance.now();
    const asked = await story.ask({
      name: `throttled-${run}`,
      spec: { podRef: { name: fault.pod }, prompt: fault.prompt },
    });
    const [investigation] = await answers(story.session, asked);
    seconds.push((performance.now() - startedMs) / 1000);
    const mechanism = investigation?.status?.resolution?.rootCause?.mechanism;
    if (investigation && reasonOf(investigation) === fault.truth.verdict && mechanism === fault.truth.mechanism)
      right += 1;
  }
  await mustKubectl(kubectl, ['delete', '--wait=false', '-f', '-'], objects);
  return [
    { what: 'kubectl apply → verdict of a throttled pod, by the playbook', value: median(seconds), unit: 's' },
    { what: `verdicts that name the throttled container, of ${RUNS}`, value: (right * 100) / RUNS, unit: '%' },
  ];
}
