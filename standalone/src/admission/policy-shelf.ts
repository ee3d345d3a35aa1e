import type { ApiObject } from '../schema/kinds.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { AdmissionEnvironment } from './cel/admission-environment.ts';
import { type CompiledPolicy, compilePolicy } from './evaluate/compiled-policy.ts';
import type { Binding, Policy } from './kind/policy-types.ts';

/** A policy and the bindings that put it into force. */
export interface BoundPolicy {
  policy: CompiledPolicy;
  bindings: readonly Binding[];
}

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const BINDINGS = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';

/** The policies that are in force, compiled when they are first needed. */
export class PolicyShelf {
  readonly #store: Pick<ObjectStore, 'list' | 'parse' | 'count'>;
  readonly #environment = new AdmissionEnvironment();
  readonly #policies = new WeakMap<StoredObject, CompiledPolicy>();
  readonly #bindings = new WeakMap<StoredObject, Binding>();

  constructor(store: Pick<ObjectStore, 'list' | 'parse' | 'count'>) {
    this.#store = store;
  }

  /** In order of their names; a policy without a binding is none. */
  bound(): BoundPolicy[] {
    if (this.#store.count(BINDINGS) === 0) return [];
    const bindings = Map.groupBy(this.#allBindings(), ({ spec }) => spec.policyName ?? '');
    return [...this.#store.list(POLICIES)].flatMap((stored) => {
      const own = bindings.get(stored.name);
      return own === undefined ? [] : [{ policy: this.#compiled(stored), bindings: own }];
    });
  }

  #allBindings(): Binding[] {
    return [...this.#store.list(BINDINGS)].map((stored) =>
      this.#kept(this.#bindings, stored, (binding) => binding as Binding),
    );
  }

  #compiled(stored: StoredObject): CompiledPolicy {
    return this.#kept(this.#policies, stored, (policy) => compilePolicy(this.#environment, policy as Policy));
  }

  /** A stored object is one revision: what was made of it holds for as long as it is kept. */
  #kept<Made>(made: WeakMap<StoredObject, Made>, stored: StoredObject, make: (object: ApiObject) => Made): Made {
    const known = made.get(stored);
    if (known !== undefined) return known;
    const fresh = make(this.#store.parse(stored));
    made.set(stored, fresh);
    return fresh;
  }
}
