/**
 * The whole product on a real cluster, from `helm install` to `helm uninstall`, as its users would see it.
 *
 * One story, in order: a chapter begins where the one before it ended.
 */
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { disturbances } from './chapters/disturbances.ts';
import { hosts } from './chapters/hosts.ts';
import { identity } from './chapters/identity.ts';
import { installing } from './chapters/install.ts';
import { ledger } from './chapters/ledger.ts';
import { ownedPods } from './chapters/owned-pods.ts';
import { people } from './chapters/people.ts';
import { peopleWithKubectl } from './chapters/people-with-kubectl.ts';
import { podFaults } from './chapters/pod-faults.ts';
import { rights } from './chapters/rights.ts';
import { targets } from './chapters/targets.ts';
import { uninstalling } from './chapters/uninstall.ts';
import { Story } from './harness/story.ts';

const cluster = inject('nannyapiCluster');
const leftOut = 'missing' in cluster ? ` (left out: ${cluster.missing})` : '';

describe.runIf(leftOut === '')(`the product on a cluster${leftOut}`, () => {
  let story: Story | undefined;
  beforeAll(async () => {
    if (!('missing' in cluster)) story = await Story.open(cluster);
  });
  afterAll(async () => await story?.close());

  const begun = (): Story => {
    if (!story) throw new Error('the story did not begin');
    return story;
  };
  /** Without an install each later test would wait in vain for its deadline. */
  const installed = (): Story => {
    if (begun().nodes.length === 0) throw new Error('the product is not installed; see the first test');
    return begun();
  };

  installing(begun);
  targets(installed);
  identity(installed);
  people(installed);
  peopleWithKubectl(installed);
  hosts(installed);
  podFaults(installed);
  ownedPods(installed);
  disturbances(installed);
  ledger(installed);
  uninstalling(installed);
  rights(installed);
});
