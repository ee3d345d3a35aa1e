import { CodedError } from '@nannyapi/process';
import type { Authorize } from '../auth/authorize.ts';
import type { KindRegistry } from '../kinds/kind-registry.ts';
import type { Admission, AdmissionAttributes } from '../request/admission.ts';
import type { ApiObject, CompiledKind } from '../schema/kinds.ts';
import { qualifiedName, StatusError, type StatusReason } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type Bindings, bindVariables, bindWrite } from './evaluate/bindings.ts';
import { collectParams } from './evaluate/collect-params.ts';
import type { JudgedWrite } from './evaluate/judged-write.ts';
import { matchWrite } from './evaluate/match-write.ts';
import { type Objection, runPolicy } from './evaluate/run-policy.ts';
import { ADMISSION_GROUP } from './kind/policy-kinds.ts';
import type { Binding } from './kind/policy-types.ts';
import { type BoundPolicy, PolicyShelf } from './policy-shelf.ts';

/** What admission asks of the server. */
export interface AdmissionDeps {
  store: Pick<ObjectStore, 'get' | 'head' | 'list' | 'parse' | 'count'>;
  kinds: Pick<KindRegistry, 'all' | 'find' | 'findByKind'>;
  authorize: Authorize;
}

/** Groups whose objects are questions and are not stored: no policy judges them. */
const QUESTIONS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/**
 * Judges writes by the ValidatingAdmissionPolicies and their bindings that are in the store, in kube-apiserver's words.
 *
 * A policy holds from the moment it is stored; on a cluster that takes up to a second. There is no audit log, so the action
 * Audit and the values of auditAnnotations go nowhere. The cost of expressions is not limited.
 */
export function createAdmission(deps: AdmissionDeps): Admission {
  const shelf = new PolicyShelf(deps.store);
  return {
    review: (request) => {
      // A policy that forbids policies could not be taken back.
      if (request.path.group === ADMISSION_GROUP || QUESTIONS.has(request.path.group)) return { warnings: [] };
      const review = new Review(deps, request);
      for (const bound of shelf.bound()) review.judge(bound);
      return review.finish();
    },
  };
}

interface Denial extends Objection {
  policy: string;
  binding: string;
}

/** One write before all policies. */
class Review {
  readonly #deps: AdmissionDeps;
  readonly #request: AdmissionAttributes;
  readonly #denials: Denial[] = [];
  readonly #warnings: string[] = [];
  readonly #bound = new Map<CompiledKind | undefined, Bindings>();

  constructor(deps: AdmissionDeps, request: AdmissionAttributes) {
    this.#deps = deps;
    this.#request = request;
  }

  judge({ policy, bindings }: BoundPolicy): void {
    const { spec } = policy;
    const matched = this.#match(spec.matchConstraints ?? {});
    if (matched === undefined) return;
    for (const binding of bindings) {
      if (this.#match(binding.spec.matchResources ?? {}) === undefined) continue;
      for (const objection of this.#objections({ policy, bindings }, binding, matched.equivalent)) {
        this.#record(policy.name, binding, objection);
      }
    }
  }

  /** @throws StatusError with the first denial. */
  finish(): { warnings: readonly string[] } {
    const [denial] = this.#denials;
    if (denial !== undefined) throw refusal(this.#request, denial);
    return { warnings: this.#warnings };
  }

  #objections({ policy }: BoundPolicy, binding: Binding, kind: CompiledKind | undefined): Objection[] {
    const shared = this.#bindingsFor(kind);
    try {
      const params = collectParams(this.#deps, policy.spec, binding.spec, this.#namespaceName());
      return params.flatMap((param) => runPolicy(policy, bindVariables(shared, policy, param)));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'PolicyMisconfigured') throw error;
      const isIgnored = policy.spec.failurePolicy === 'Ignore';
      return isIgnored ? [] : [{ reason: 'Invalid', message: `failed to configure binding: ${error.message}` }];
    }
  }

  #record(policy: string, { metadata, spec }: Binding, objection: Objection): void {
    const binding = metadata.name ?? '';
    const { validationActions = [] } = spec;
    const isAbsolute = objection.isAbsolute === true;
    if (isAbsolute || validationActions.includes('Deny')) this.#denials.push({ policy, binding, ...objection });
    if (isAbsolute || !validationActions.includes('Warn')) return;
    const of = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}'`;
    this.#warnings.push(`Validation failed for ${of}: ${objection.message}`);
  }

  #match(match: Parameters<typeof matchWrite>[2]): ReturnType<typeof matchWrite> {
    const deps = { kinds: this.#deps.kinds, findNamespace: (name: string) => this.#findNamespace(name) };
    return matchWrite(deps, this.#request, match);
  }

  /** The same for all policies that want the write in one form. */
  #bindingsFor(kind: CompiledKind | undefined): Bindings {
    const known = this.#bound.get(kind);
    if (known !== undefined) return known;
    const bindings = bindWrite(this.#deps.authorize, this.#judged(kind));
    this.#bound.set(kind, bindings);
    return bindings;
  }

  #judged(kind: CompiledKind | undefined): JudgedWrite {
    const request = this.#request;
    const { group, version, plural } = kind?.resource ?? request.path;
    return {
      request,
      resource: { group, version, plural },
      kind: kind === undefined ? request.kind : { group, version, kind: kind.resource.kind },
      object: this.#inFormOf(kind, request.object),
      oldObject: this.#inFormOf(kind, request.oldObject),
      findNamespace: () => (this.#namespaceName() === '' ? undefined : this.#findNamespace(this.#namespaceName())),
    };
  }

  #inFormOf(kind: CompiledKind | undefined, object: ApiObject | undefined): ApiObject | undefined {
    const { group, version, plural } = this.#request.path;
    const own = this.#deps.kinds.find(group, version, plural);
    if (kind === undefined || own === undefined || object === undefined) return object;
    return kind.fromStored(structuredClone(own.toStored(object)));
  }

  /** '' for what lies in no namespace; a namespace does not lie in itself here. */
  #namespaceName(): string {
    const { group, plural, namespace } = this.#request.path;
    return group === '' && plural === 'namespaces' ? '' : namespace;
  }

  #findNamespace(name: string): ApiObject | undefined {
    const { store } = this.#deps;
    const stored = store.head({ resource: 'namespaces', namespace: '', name });
    return stored === undefined ? undefined : store.parse(stored);
  }
}

/** Reasons that a validation may give. */
const REASONS: ReadonlySet<string> = new Set<StatusReason>([
  'Forbidden',
  'Unauthorized',
  'RequestEntityTooLarge',
  'Invalid',
]);

function refusal({ path, object }: AdmissionAttributes, { policy, binding, reason, message }: Denial): StatusError {
  const why = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
  const name = path.name || (object?.metadata.name ?? '') || (object?.metadata.generateName ?? '') || 'Unknown';
  return new StatusError(
    (REASONS.has(reason) ? reason : 'Invalid') as StatusReason,
    `${qualifiedName(path, name)} is forbidden: ${why}`,
    { name, ...(path.group === '' ? {} : { group: path.group }), kind: path.plural, causes: [{ message: why }] },
  );
}
