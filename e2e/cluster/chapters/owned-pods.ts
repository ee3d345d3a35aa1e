import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRelease, type PodFaultPlace } from '../../faults/pods/index.ts';
import { nodePodSpec } from '../../faults/pods/node-pod.ts';
import { ungroundedQuotes } from '../../system/investigate.ts';
import { nodeImage } from '../harness/images.ts';
import { manifests } from '../harness/manifests.ts';
import { answers } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';
import { until, type Pod } from '../harness/world.ts';

/** Pods that nobody made by hand: what made them, and when, is part of what can be at fault. */
export function ownedPods(at: () => Story): void {
  describe('an Investigation of a pod that a controller made', () => {
    const place: PodFaultPlace = { namespace: SHOP, image: nodeImage() };
    const release = badRelease(place);
    const kubectl = (): ReturnType<typeof inNamespace> => inNamespace(at().session.kubectl, SHOP);

    beforeAll(async () => {
      const objects = [release.before, statefulSet(place)];
      await mustKubectl(kubectl(), ['apply', '-f', '-'], manifests(objects));
      for (const workload of ['deployment/cart', 'statefulset/ledger'])
        await mustKubectl(kubectl(), ['rollout', 'status', workload, '--timeout=60s']);
    });
    afterAll(async () => {
      const options = ['--ignore-not-found', '--wait=false'];
      await mustKubectl(kubectl(), ['delete', 'deployment/cart', 'statefulset/ledger', ...options]);
    });

    it('finds nothing wrong with one of a StatefulSet that is well', { timeout: 120_000 }, async () => {
      const story = at();
      const spec = { podRef: { name: 'ledger-0' }, prompt: 'Is the ledger slow, or does it only seem so?' };
      const [investigation] = await answers(story.session, await story.ask({ name: 'why-ledger', spec }));
      const told = JSON.stringify(investigation?.status?.resolution, null, 1);
      expect(investigation?.status?.resolution?.verdict, told).toBe('NoFaultFound');
    });

    it('finds the program that does not start since the last release', { timeout: 180_000 }, async () => {
      const story = at();
      await mustKubectl(kubectl(), ['apply', '-f', '-'], JSON.stringify(release.after));
      const pod = await until(story.world.pods, { what: 'the new pod restarts', deadlineMs: 90_000 }, findRestarting);
      const spec = { podRef: { name: pod.metadata.name ?? '' }, prompt: 'The cart is down since the release.' };
      const [investigation] = await answers(story.session, await story.ask({ name: 'why-cart', spec }));
      const { resolution } = investigation?.status ?? {};
      const told = JSON.stringify(resolution, null, 1);
      expect(resolution?.rootCause?.mechanism, told).toBe(release.truth.mechanism);
      expect(resolution?.rootCause?.component, told).toMatch(new RegExp(release.truth.component, 'u'));
      expect(await ungroundedQuotes(kubectl(), investigation!)).toEqual([]);
    });
  });
}

function findRestarting(pods: readonly Pod[]): Pod | undefined {
  return pods.find(
    ({ metadata, status }) =>
      metadata.labels?.['app'] === 'cart' && (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
  );
}

function statefulSet(place: PodFaultPlace): object {
  const labels = { app: 'ledger' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'ledger', namespace: place.namespace },
    spec: {
      serviceName: 'ledger',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: nodePodSpec(place, { name: 'ledger', container: 'db', script: 'setInterval(() => {}, 1000);' }),
      },
    },
  };
}
