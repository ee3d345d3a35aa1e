import {
  AgentCredentialResource,
  AgentResource,
  AgentTaskResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  EvidenceResource,
  GROUP,
  InvestigationResource,
  UserResource,
} from '@nannyapi/crds';
import { isKubeError, LeaseResource, type Call, type KubeClient, type KubeObject, type Lease } from '@nannyapi/runtime';
import { isOurFinalizer, remainingFinalizers, type HeldObject } from './plan.ts';
import type { UninstallConfig } from './uninstall-config.ts';

const OUR_KINDS = [
  InvestigationResource,
  AgentTaskResource,
  EvidenceResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  AgentCredentialResource,
  AgentResource,
  UserResource,
];
/** Evidence is up to half a megabyte an object. */
const PAGE_SIZE = 50;
const DEFINITIONS = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** An installation of ours in a cluster, as its uninstallation sees it. */
export class Installation {
  readonly #client: KubeClient;
  readonly #config: UninstallConfig;

  constructor(client: KubeClient, config: UninstallConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** Scales the operator to nothing; one that is not there is stopped already. */
  async stopOperator(call: Call): Promise<void> {
    const { NANNYAPI_NAMESPACE: namespace, NANNYAPI_UNINSTALL_DEPLOYMENT: name } = this.#config;
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { namespace, name },
      spec: { replicas: 0 },
    };
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale`;
    await unlessAbsent(this.#client.raw('PUT', path, scale, call));
  }

  /** The lease of the operator's leader. */
  async lease(call: Call): Promise<Lease | undefined> {
    const { NANNYAPI_NAMESPACE: namespace, NANNYAPI_OPERATOR_LEASE_NAME: name } = this.#config;
    return await unlessAbsent(this.#client.resource<Lease>(LeaseResource).get({ namespace, name }, call));
  }

  /** Deletes the lease, which no release knows of: the operator made it. */
  async deleteLease(call: Call): Promise<void> {
    const { NANNYAPI_NAMESPACE: namespace, NANNYAPI_OPERATOR_LEASE_NAME: name } = this.#config;
    await unlessAbsent(this.#client.resource<Lease>(LeaseResource).delete({ namespace, name }, {}, call));
  }

  /** Our definitions that there are. */
  async definitions(call: Call): Promise<{ name: string; isDeleting: boolean }[]> {
    const client = this.#client.resource(DEFINITIONS);
    const names = OUR_KINDS.map(({ plural }) => `${plural}.${GROUP}`);
    const found = await Promise.all(names.map(async (name) => await unlessAbsent(client.get({ name }, call))));
    return found.flatMap((definition) => {
      if (definition === undefined) return [];
      const { name = '', deletionTimestamp } = definition.metadata;
      return [{ name, isDeleting: deletionTimestamp !== undefined }];
    });
  }

  /** Deletes a definition, and with it all its objects. */
  async deleteDefinition(name: string, call: Call): Promise<void> {
    await unlessAbsent(this.#client.resource(DEFINITIONS).delete({ name }, {}, call));
  }

  /** Our objects with finalizers of ours, in all namespaces. */
  async held(call: Call): Promise<HeldObject[]> {
    const found: HeldObject[] = [];
    for (const kind of OUR_KINDS) {
      const client = this.#client.resource<KubeObject>(kind);
      let next: string | undefined;
      do {
        const page = await unlessAbsent(client.list({ limit: PAGE_SIZE, continue: next }, call));
        found.push(...(page?.items ?? []).flatMap((object) => heldObject(kind.plural, object)));
        next = page?.continue;
      } while (next);
    }
    return found;
  }

  /** Takes our finalizers off; an object that has changed since, or is gone, is left for the next look. */
  async release(object: HeldObject, call: Call): Promise<void> {
    const kind = OUR_KINDS.find(({ plural }) => plural === object.plural);
    if (kind === undefined) throw new TypeError(`No kind of ours: ${object.plural}`);
    const { namespace, name, resourceVersion } = object;
    const metadata = { resourceVersion, finalizers: remainingFinalizers(object.finalizers) };
    try {
      await this.#client.resource(kind).patch({ namespace, name }, { metadata }, call);
    } catch (error) {
      if (!isKubeError(error, 'Conflict', 'NotFound')) throw error;
    }
  }
}

function heldObject(plural: string, { metadata }: KubeObject): HeldObject[] {
  const { namespace = '', name = '', resourceVersion = '', finalizers = [] } = metadata;
  return finalizers.some(isOurFinalizer) ? [{ plural, namespace, name, resourceVersion, finalizers }] : [];
}

/** What is not there needs no uninstallation: an object, or its whole kind. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}
