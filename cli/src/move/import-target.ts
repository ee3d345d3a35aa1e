import { API_VERSION, GROUP } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '@nannyapi/runtime';
import { moveError } from './move-error.ts';
import { MOVED_KINDS } from './moved-kinds.ts';

/** Who writes, as `kubectl get --show-managed-fields` tells it. */
const FIELD_MANAGER = 'nanny-import';
/** A crowded API server asks writers to come back; after so many times the person should know. */
const MAX_TRIES = 8;
/** An address where nobody answers is known soon. */
const FIRST_ANSWER_MS = 10_000;

/** What {@link ImportTarget} needs. */
export interface ImportTargetDeps {
  client: KubeClient;
  clock: Clock;
  signal: AbortSignal;
  /** Lets the server check every write and do none. */
  isDryRun: boolean;
}

/** The few requests by which objects get into a cluster. */
export class ImportTarget {
  readonly #deps: ImportTargetDeps;

  constructor(deps: ImportTargetDeps) {
    this.#deps = deps;
  }

  /**
   * Makes sure that the cluster serves our kinds, with their status.
   *
   * @throws CodedError `KindsMissing` or `KindsOtherVersion`, saying what to do; KubeApiError when nobody answers
   */
  async requireKinds(): Promise<void> {
    const call = { signal: this.#deps.signal, deadlineMs: FIRST_ANSWER_MS };
    const group = await this.#find(`/apis/${GROUP}`, call);
    if (group === undefined) throw kindsMissing(`The cluster does not serve ${GROUP}`);
    const versions = ((group as { versions?: { groupVersion: string }[] }).versions ?? []).map(
      (each) => each.groupVersion,
    );
    if (!versions.includes(API_VERSION)) {
      throw moveError(
        'KindsOtherVersion',
        `The cluster serves ${versions.join(', ')} only; this release of nanny imports ${API_VERSION}`,
      );
    }
    const list = (await this.#find(`/apis/${API_VERSION}`, call)) as { resources?: { name: string }[] } | undefined;
    const served = new Set(list?.resources?.map(({ name }) => name));
    const wanted = MOVED_KINDS.flatMap(({ resource, moves }) =>
      moves === 'Run' ? [resource.plural, `${resource.plural}/status`] : [resource.plural],
    );
    const missing = wanted.filter((name) => !served.has(name));
    if (missing.length > 0) throw kindsMissing(`The cluster does not serve ${missing.join(', ')} of ${API_VERSION}`);
  }

  /** @returns `undefined` when an object of that name is there already. @throws KubeApiError, `Invalid` with its fields */
  async create(resource: ResourceType, object: KubeObject): Promise<KubeObject | undefined> {
    const dryRun = this.#deps.isDryRun ? '&dryRun=All' : '';
    const path = `${collection(resource, object)}?fieldManager=${FIELD_MANAGER}&fieldValidation=Strict${dryRun}`;
    try {
      return (await this.#write('POST', path, object)) as KubeObject;
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) return undefined;
      throw error;
    }
  }

  /** @returns `undefined` when there is none. */
  async get(resource: ResourceType, object: KubeObject): Promise<KubeObject | undefined> {
    const { signal } = this.#deps;
    return (await this.#find(`${collection(resource, object)}/${nameOf(object)}`, { signal })) as
      | KubeObject
      | undefined;
  }

  /**
   * Replaces the status of an object as it was read.
   *
   * @returns false when somebody else wrote to it, or deleted it, since.
   */
  async replaceStatus(resource: ResourceType, object: KubeObject, status: object): Promise<boolean> {
    const path = `${collection(resource, object)}/${nameOf(object)}/status?fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;
    try {
      await this.#write('PUT', path, { ...object, status });
      return true;
    } catch (error) {
      if (isKubeError(error, 'Conflict', 'NotFound')) return false;
      throw error;
    }
  }

  async #find(path: string, call: { signal: AbortSignal; deadlineMs?: number }): Promise<unknown> {
    try {
      return await this.#deps.client.raw('GET', path, undefined, call);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Comes back when the server asks for it: then nothing was done. */
  async #write(method: string, path: string, body: unknown): Promise<unknown> {
    const { client, clock, signal } = this.#deps;
    for (let tries = 1; ; tries += 1) {
      try {
        return await client.raw(method, path, body, { signal });
      } catch (error) {
        if (!isKubeError(error, 'TooManyRequests') || tries === MAX_TRIES) throw error;
        await clock.sleep((error.retryAfterSeconds ?? 1) * 1000, { signal });
      }
    }
  }
}

function collection({ group, version, plural, namespaced }: ResourceType, { metadata }: KubeObject): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced
    ? `${root}/namespaces/${encodeURIComponent(metadata.namespace ?? '')}/${plural}`
    : `${root}/${plural}`;
}

function nameOf({ metadata }: KubeObject): string {
  return encodeURIComponent(metadata.name ?? '');
}

function kindsMissing(what: string): Error {
  return moveError('KindsMissing', `${what}. Install the kinds first: kubectl apply -f crds/v1alpha1`);
}
