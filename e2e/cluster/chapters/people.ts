import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullEmptyDirPod, type PodFault } from '../../faults/pods/index.ts';
import { forwardFacade, type ForwardedFacade } from '../harness/facade.ts';
import { nodeImage } from '../harness/images.ts';
import { manifests } from '../harness/manifests.ts';
import { ask, reasonOf, taskUnderWay } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';
import { until } from '../harness/world.ts';

const PATH = `/api/v1/namespaces/${SHOP}/investigations`;

/** People who come through the product's API, with the rights that the chart's roles give them. */
export function people(at: () => Story): void {
  describe('somebody who comes through the API', () => {
    let facade: ForwardedFacade;
    let token = '';
    let stranger = '';
    const kubectl = (): ReturnType<typeof inNamespace> => inNamespace(at().session.kubectl, SHOP);

    beforeAll(async () => {
      for (const name of ['sre', 'stranger']) await mustKubectl(kubectl(), ['create', 'serviceaccount', name]);
      const bound = ['--clusterrole=nannyapi-investigator', `--serviceaccount=${SHOP}:sre`];
      await mustKubectl(kubectl(), ['create', 'rolebinding', 'sre', ...bound]);
      token = (await mustKubectl(kubectl(), ['create', 'token', 'sre'])).trim();
      stranger = (await mustKubectl(kubectl(), ['create', 'token', 'stranger'])).trim();
      facade = await forwardFacade(at().session);
      await mustKubectl(kubectl(), ['apply', '-f', '-'], manifests(talkativePod(at()).objects));
    });
    afterAll(async () => {
      await facade?.close();
      await mustKubectl(kubectl(), ['delete', '--wait=false', '-f', '-'], manifests(talkativePod(at()).objects));
    });

    it('asks about a pod, follows the run to its verdict and reads its evidence', { timeout: 120_000 }, async () => {
      const fault = talkativePod(at());
      const { pod } = fault;
      await until(at().world.pods, { what: `${pod} runs`, deadlineMs: 60_000 }, (pods) =>
        pods.find(({ metadata, status }) => metadata.name === pod && status && fault.isInForce(status)),
      );
      const question = { name: 'from-the-api', podRef: { name: pod }, prompt: 'Why can this pod not write its files?' };
      expect(await facade.call(token, 'POST', PATH, question)).toMatchObject({ status: 201 });
      const followed = await facade.call(token, 'GET', `${PATH}/from-the-api/events`);
      expect(followed.text).toContain('event: verdict');
      expect(JSON.parse((await facade.call(token, 'GET', PATH)).text).items).not.toEqual([]);
      const read = await facade.call(token, 'GET', `${PATH}/from-the-api`);
      expect(JSON.parse(read.text).spec.requestedBy).toBe(`system:serviceaccount:${SHOP}:sre`);
      const { items } = JSON.parse((await facade.call(token, 'GET', `${PATH}/from-the-api/evidence`)).text) as {
        items: { id: string; sizeBytes?: number }[];
      };
      const texts = await Promise.all(
        items.map(async ({ id }) => (await facade.call(token, 'GET', `${PATH}/from-the-api/evidence/${id}`)).text),
      );
      // What does not fit into a task is kept in pieces beside it, and read as one.
      expect(Math.max(...texts.map((text) => text.length))).toBeGreaterThan(16 * 1024);
    });

    it('ends a run with a word, and its task with it', { timeout: 120_000 }, async () => {
      const { world } = at();
      const question = { namespace: SHOP, name: 'called-off', spec: { prompt: 'Is this worth an answer at all?' } };
      const { pod } = talkativePod(at());
      const asked = { name: question.name, podRef: { name: pod }, prompt: question.spec.prompt };
      expect(await facade.call(token, 'POST', PATH, asked)).toMatchObject({ status: 201 });
      await taskUnderWay(world, question);
      expect(await facade.call(token, 'POST', `${PATH}/called-off/cancel`)).toMatchObject({ status: 200 });
      const ended = await until(world.investigations, { what: 'the run ends', deadlineMs: 60_000 }, (all) =>
        all.find(({ metadata, status }) => metadata.name === 'called-off' && status?.completionTime),
      );
      expect(reasonOf(ended)).toBe('Cancelled');
    });

    it('deletes what they asked', async () => {
      for (const name of ['from-the-api', 'called-off'])
        expect(await facade.call(token, 'DELETE', `${PATH}/${name}`)).toMatchObject({ status: 204 });
    });

    it('is refused what their roles do not give', async () => {
      const question = { name: 'not-mine', nodeName: at().nodes[0], prompt: 'May I ask about this node?' };
      // Bound in one namespace, the role gives its pods and no nodes.
      expect(await facade.call(token, 'POST', PATH, question)).toMatchObject({ status: 403 });
      expect(await facade.call(stranger, 'GET', PATH)).toMatchObject({ status: 403 });
      expect(await facade.call('no-token', 'GET', PATH)).toMatchObject({ status: 401 });
    });
  });

  describe('a finished run that was given a time to live', () => {
    it('is deleted after it', { timeout: 120_000 }, async () => {
      const { session, nodes } = at();
      const spec = { nodeName: nodes[0] ?? '', prompt: 'How long will this stay?', ttlSecondsAfterFinished: 0 };
      await ask(session, [{ namespace: SHOP, name: 'short-lived', spec }]);
      const kubectl = inNamespace(session.kubectl, SHOP);
      const gone = await kubectl(['wait', '--for=delete', 'investigation/short-lived', '--timeout=90s']);
      expect(gone).toMatchObject({ exitCode: 0 });
    });
  });
}

/** A full emptyDir, and a program that complains of it at such length that the end of its log does not fit into a task. */
function talkativePod({ nodes }: Story): PodFault {
  const [nodeName = ''] = nodes;
  const fault = fullEmptyDirPod({ namespace: SHOP, image: nodeImage(), nodeName });
  const name = 'talkative';
  const text = JSON.stringify(fault.objects).replaceAll(fault.pod, name);
  const complaints = `for (let n = 0; n < 40; n += 1) console.error('upload ' + n + ': ' + 'could not write '.repeat(60));`;
  const objects = JSON.parse(text.replace('let n = 0;', `${complaints} let n = 0;`)) as PodFault['objects'];
  return { ...fault, pod: name, objects };
}
