import type { Environment } from '@marcbachmann/cel-js';
import { kubernetesEnvironment } from '../../schema/cel/kubernetes-environment.ts';
import { addAuthorizerLibrary, AUTHORIZER_TYPE } from './authorizer.ts';

/** What an expression may read beside object, oldObject, request and namespaceObject. */
export interface Declarations {
  hasParams: boolean;
  hasAuthorizer: boolean;
  /** Types of `variables` by name; undefined where there are none to read. */
  variables?: ReadonlyMap<string, string>;
}

const GVK = 'kubernetes.GroupVersionKind';
const GVR = 'kubernetes.GroupVersionResource';
const USER = 'kubernetes.UserInfo';

/** The types of what is not `dyn`; those of apiserver's `cel/compile.go`. */
const TYPES: readonly [name: string, fields: Record<string, string>][] = [
  [GVK, { group: 'string', version: 'string', kind: 'string' }],
  [GVR, { group: 'string', version: 'string', resource: 'string' }],
  [USER, { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' }],
  [
    'kubernetes.AdmissionRequest',
    {
      kind: GVK,
      resource: GVR,
      subResource: 'string',
      requestKind: GVK,
      requestResource: GVR,
      requestSubResource: 'string',
      name: 'string',
      namespace: 'string',
      operation: 'string',
      userInfo: USER,
      dryRun: 'bool',
      options: 'dyn',
    },
  ],
  ['kubernetes.NamespaceSpec', { finalizers: 'list<string>' }],
  ['kubernetes.NamespaceStatus', { conditions: 'list<dyn>', phase: 'string' }],
  [
    'kubernetes.NamespaceMetadata',
    {
      name: 'string',
      generateName: 'string',
      namespace: 'string',
      labels: 'map<string, string>',
      annotations: 'map<string, string>',
      UID: 'string',
      creationTimestamp: 'google.protobuf.Timestamp',
      deletionGracePeriodSeconds: 'int',
      deletionTimestamp: 'google.protobuf.Timestamp',
      generation: 'int',
      resourceVersion: 'string',
      finalizers: 'list<string>',
    },
  ],
  [
    'kubernetes.Namespace',
    {
      metadata: 'kubernetes.NamespaceMetadata',
      spec: 'kubernetes.NamespaceSpec',
      status: 'kubernetes.NamespaceStatus',
    },
  ],
];

/**
 * The CEL of admission policies. Expressions are checked with types, then run untyped, as the rules of CRDs are.
 *
 * Made when the first policy is, because it costs a megabyte.
 */
export class AdmissionEnvironment {
  #base: Environment | undefined;
  #runtime: Environment | undefined;
  readonly #checkers = new Map<string, Environment>();

  /** What expressions are checked in. */
  checker(declarations: Declarations): Environment {
    const { hasParams, hasAuthorizer, variables } = declarations;
    const key = JSON.stringify([hasParams, hasAuthorizer]);
    const known = variables === undefined ? this.#checkers.get(key) : undefined;
    if (known !== undefined) return known;
    const checker = this.#declare(declarations);
    if (variables === undefined) this.#checkers.set(key, checker);
    return checker;
  }

  /** What expressions run in. */
  get runtime(): Environment {
    this.#runtime ??= this.#shared()
      .clone()
      .registerVariable('object', 'dyn')
      .registerVariable('oldObject', 'dyn')
      .registerVariable('request', 'dyn')
      .registerVariable('namespaceObject', 'dyn')
      .registerVariable('params', 'dyn')
      .registerVariable('variables', 'dyn')
      .registerVariable('authorizer', AUTHORIZER_TYPE);
    return this.#runtime;
  }

  #declare({ hasParams, hasAuthorizer, variables }: Declarations): Environment {
    const checker = this.#shared().clone();
    for (const [name, fields] of TYPES) {
      checker.registerType({ name, fields });
      // The run-time values are plain objects; this only tells the checker that the type can be compared.
      checker.registerOperator(`${name} == ${name}`, () => false);
    }
    checker
      .registerVariable('object', 'dyn')
      .registerVariable('oldObject', 'dyn')
      .registerVariable('request', 'kubernetes.AdmissionRequest')
      .registerVariable('namespaceObject', 'kubernetes.Namespace');
    if (hasParams) checker.registerVariable('params', 'dyn');
    if (hasAuthorizer) checker.registerVariable('authorizer', AUTHORIZER_TYPE);
    if (variables !== undefined) {
      checker.registerType({ name: 'kubernetes.variables', fields: Object.fromEntries(variables) });
      checker.registerVariable('variables', 'kubernetes.variables');
    }
    return checker;
  }

  #shared(): Environment {
    if (this.#base === undefined) {
      this.#base = kubernetesEnvironment();
      addAuthorizerLibrary(this.#base);
    }
    return this.#base;
  }
}
