import type { TestProject } from 'vitest/node';
import type { ClusterAccess } from './harness/cluster-access.ts';
import { provideCluster } from './harness/provide-cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    nannyapiCluster: ClusterAccess | { missing: string };
  }
}

/** Brings a cluster up for all files of the suite, and takes it down afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const provided = await provideCluster();
  project.provide('nannyapiCluster', provided.cluster);
  return async () => await provided.release();
}
