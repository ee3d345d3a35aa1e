import { API_VERSION, InvestigationResource, type Investigation, type InvestigationSpec } from '@nannyapi/crds';
import { KubeApiError, type KubeClient, type ListPage, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { apiErrorOfKube } from '../http/kube-error.ts';
import { holdsText, listPage, type PageQuery } from '../http/list-pages.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';
import { principalName, type UserPrincipal } from '../identity/principal.ts';

/** What a person asks for. */
export type NewInvestigation = Omit<InvestigationSpec, 'requestedBy' | 'cancel'> & { name?: string };

/** Which investigations to list. */
export interface InvestigationFilter extends PageQuery {
  phase?: string | undefined;
  agent?: string | undefined;
  requestedBy?: string | undefined;
  search?: string | undefined;
}

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

  /** One page. @throws KubeApiError `Expired` when the token is too old. */
  async list({ phase, agent, requestedBy, search, ...query }: InvestigationFilter): Promise<ListPage<Investigation>> {
    return listPage(this.#investigations, query, ({ metadata, spec, status }) => {
      if (phase !== undefined && (status?.phase ?? 'Pending') !== phase) return false;
      if (agent !== undefined && spec.agentRef?.name !== agent) return false;
      if (requestedBy !== undefined && spec.requestedBy !== requestedBy) return false;
      const { rootCause, plan } = status?.resolution ?? {};
      return holdsText(search, [metadata.name, spec.prompt, rootCause?.component, rootCause?.statement, plan]);
    });
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
