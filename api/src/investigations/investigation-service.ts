import { API_VERSION, InvestigationResource, type Investigation, type InvestigationSpec } from '@nannyapi/crds';
import { KubeApiError, type KubeClient, type ListPage, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { apiErrorOfKube } from '../http/kube-error.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';
import { principalName, type UserPrincipal } from '../identity/principal.ts';

/** What a person asks for. */
export type NewInvestigation = Omit<InvestigationSpec, 'requestedBy' | 'cancel'> & { name?: string };

/** Which investigations to list. */
export interface InvestigationFilter {
  namespace: string;
  limit: number;
  continue?: string | undefined;
  phase?: string | undefined;
  agent?: string | undefined;
}

/** Pages that one filtered list reads at most, so that a rare match costs a bounded time. */
const MAX_PAGES = 20;

/** Opens, lists, cancels and deletes investigations for people. */
export class InvestigationService {
  readonly #investigations: ResourceClient<Investigation>;

  constructor(deps: { client: KubeClient }) {
    this.#investigations = deps.client.resource<Investigation>(InvestigationResource);
  }

  /** @throws ApiError `ValidationFailed` with the fields as they are named in the body, `AlreadyExists`. */
  async open(namespace: string, body: NewInvestigation, by: UserPrincipal): Promise<Investigation> {
    const { name, ...spec } = body;
    const metadata = { namespace, ...(name === undefined ? { generateName: 'inv-' } : { name }) };
    const requestedBy = principalName(by);
    try {
      return withoutManagedFields(
        await this.#investigations.create(
          { apiVersion: API_VERSION, kind: 'Investigation', metadata, spec: { ...spec, requestedBy } },
          CALL,
        ),
      );
    } catch (error) {
      throw error instanceof KubeApiError ? inWordsOfTheBody(apiErrorOfKube(error)) : error;
    }
  }

  async get(namespace: string, name: string): Promise<Investigation> {
    return withoutManagedFields(await this.#investigations.get({ namespace, name }, CALL));
  }

  /**
   * One page. Filters are applied here, for the API server cannot select by these fields: pages are read until the
   * limit is reached, hence a page may hold fewer than asked for and still not be the last.
   *
   * @throws ApiError `ContinueExpired` when the token is too old.
   */
  async list(filter: InvestigationFilter): Promise<ListPage<Investigation>> {
    const { namespace, limit } = filter;
    const items: Investigation[] = [];
    let next = filter.continue;
    let resourceVersion = '';
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const rest = limit - items.length;
      const page = await this.#investigations.list({ namespace, limit: rest, continue: next }, CALL);
      items.push(...page.items.filter((item) => matches(item, filter)).map(withoutManagedFields));
      next = page.continue;
      ({ resourceVersion } = page);
      if (!next || items.length >= limit) break;
    }
    return { items, resourceVersion, ...(next ? { continue: next } : {}) };
  }

  /** Asks for the end of a run; harmless when it is over. */
  async cancel(namespace: string, name: string): Promise<Investigation> {
    const patch = { spec: { cancel: true } };
    return withoutManagedFields(await this.#investigations.patch({ namespace, name }, patch, CALL));
  }

  /** Deletes a run with its tasks and evidence, which go in the background. */
  async delete(namespace: string, name: string): Promise<void> {
    await this.#investigations.delete({ namespace, name }, { propagationPolicy: 'Background' }, CALL);
  }
}

function matches(investigation: Investigation, filter: InvestigationFilter): boolean {
  const { spec, status } = investigation;
  const isPhase = filter.phase === undefined || (status?.phase ?? 'Pending') === filter.phase;
  return isPhase && (filter.agent === undefined || spec.agentRef?.name === filter.agent);
}

/** `spec.limits.maxSteps` of the object is `limits.maxSteps` of the body. */
function inWordsOfTheBody(error: ApiError): ApiError {
  const details = error.details.map(({ field, message }) => ({
    ...(field === undefined ? {} : { field: field.replace(/^(spec|metadata)\.(?=.)/, '') }),
    message,
  }));
  return new ApiError(error.code, error.message, {
    details,
    cause: error.cause,
    retryAfterSeconds: error.retryAfterSeconds,
  });
}
