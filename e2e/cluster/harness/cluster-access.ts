/** How a cluster for tests is reached, and what may be done to it. */
export interface ClusterAccess {
  kubeconfigPath: string;
  /** Folder of `hack/kube` for this cluster; `undefined` for a cluster that was there, whose machines are not ours. */
  stateDir: string | undefined;
  /** True for a cluster that was brought up for this run and goes with it. */
  isOurs: boolean;
  /** Where the product is installed. */
  namespace: string;
  /** Name of the Helm release. */
  release: string;
}

/** Namespace and release of the story, as the README installs them. */
export const RELEASE = { namespace: 'nannyapi', release: 'nannyapi' } as const;
