import type { Environment } from '@marcbachmann/cel-js';
import type { Authorize } from '../../auth/authorize.ts';
import type { UserInfo } from '../../auth/token-store.ts';
import type { FunctionEntry } from '../../schema/cel/functions/function-entry.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../schema/metadata/names.ts';

/** A resource as a check of it starts: that of the request, for `authorizer.requestResource`. */
export interface CheckedResource {
  group: string;
  plural: string;
  namespace: string;
  name: string;
  subresource: string;
}

/** What a check found: `kubernetes.authorization.Decision`. */
export class Decision {
  readonly isAllowed: boolean;
  readonly reason: string;

  constructor({ isAllowed, reason }: { isAllowed: boolean; reason: string }) {
    this.isAllowed = isAllowed;
    this.reason = reason;
  }
}

/** A resource whose rights can be checked: `kubernetes.authorization.ResourceCheck`. */
export class ResourceCheck {
  readonly #authorize: Authorize;
  readonly #user: UserInfo;
  readonly #resource: CheckedResource;

  constructor(authorize: Authorize, user: UserInfo, resource: CheckedResource) {
    this.#authorize = authorize;
    this.#user = user;
    this.#resource = resource;
  }

  with(part: Partial<CheckedResource>): ResourceCheck {
    return new ResourceCheck(this.#authorize, this.#user, { ...this.#resource, ...part });
  }

  check(verb: string): Decision {
    return new Decision(this.#authorize({ user: this.#user, verb, resource: this.#resource, path: '' }));
  }
}

/** A path that is no resource: `kubernetes.authorization.PathCheck`. */
export class PathCheck {
  readonly #authorize: Authorize;
  readonly #user: UserInfo;
  readonly #path: string;

  constructor(authorize: Authorize, user: UserInfo, path: string) {
    this.#authorize = authorize;
    this.#user = user;
    this.#path = path;
  }

  check(verb: string): Decision {
    return new Decision(this.#authorize({ user: this.#user, verb, path: this.#path }));
  }
}

/** An API group: `kubernetes.authorization.GroupCheck`. */
export class GroupCheck {
  readonly authorizer: Authorizer;
  readonly group: string;

  constructor(authorizer: Authorizer, group: string) {
    this.authorizer = authorizer;
    this.group = group;
  }
}

/** The variable `authorizer`: asks for the rights of one user. */
export class Authorizer {
  readonly authorize: Authorize;
  readonly user: UserInfo;
  readonly requestResource: ResourceCheck;

  constructor(authorize: Authorize, user: UserInfo, requestResource: CheckedResource) {
    this.authorize = authorize;
    this.user = user;
    this.requestResource = new ResourceCheck(authorize, user, requestResource);
  }
}

/** An authorizer for a ServiceAccount, whoever makes the request. @throws Error for what cannot be one's name. */
function ofServiceAccount({ authorize }: Authorizer, namespace: string, name: string): Authorizer {
  for (const [what, errors] of [
    ['name', dns1123SubdomainErrors(name)],
    ['namespace', dns1123LabelErrors(namespace)],
  ] as const) {
    if (errors.length > 0) throw new Error(`Invalid service account ${what}`);
  }
  const user = {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
  return new Authorizer(authorize, user, NO_RESOURCE);
}

const NO_RESOURCE: CheckedResource = { group: '', plural: '', namespace: '', name: '', subresource: '' };

const T = {
  authorizer: 'kubernetes.authorization.Authorizer',
  path: 'kubernetes.authorization.PathCheck',
  group: 'kubernetes.authorization.GroupCheck',
  resource: 'kubernetes.authorization.ResourceCheck',
  decision: 'kubernetes.authorization.Decision',
};

/** Selectors narrow what a webhook may allow; RBAC, all that is served here, does not know them. */
const FUNCTIONS: readonly FunctionEntry[] = [
  [
    `${T.authorizer}.path(string): ${T.path}`,
    (a: Authorizer, path: string) => new PathCheck(a.authorize, a.user, path),
  ],
  [`${T.authorizer}.group(string): ${T.group}`, (a: Authorizer, group: string) => new GroupCheck(a, group)],
  [`${T.authorizer}.serviceAccount(string, string): ${T.authorizer}`, ofServiceAccount],
  [
    `${T.group}.resource(string): ${T.resource}`,
    ({ authorizer, group }: GroupCheck, plural: string) =>
      new ResourceCheck(authorizer.authorize, authorizer.user, { ...NO_RESOURCE, group, plural }),
  ],
  [
    `${T.resource}.subresource(string): ${T.resource}`,
    (r: ResourceCheck, subresource: string) => r.with({ subresource }),
  ],
  [`${T.resource}.namespace(string): ${T.resource}`, (r: ResourceCheck, namespace: string) => r.with({ namespace })],
  [`${T.resource}.name(string): ${T.resource}`, (r: ResourceCheck, name: string) => r.with({ name })],
  [`${T.resource}.fieldSelector(string): ${T.resource}`, (r: ResourceCheck) => r],
  [`${T.resource}.labelSelector(string): ${T.resource}`, (r: ResourceCheck) => r],
  [`${T.resource}.check(string): ${T.decision}`, (r: ResourceCheck, verb: string) => r.check(verb)],
  [`${T.path}.check(string): ${T.decision}`, (p: PathCheck, verb: string) => p.check(verb)],
  [`${T.decision}.allowed(): bool`, (d: Decision) => d.isAllowed],
  [`${T.decision}.reason(): string`, (d: Decision) => d.reason],
  [`${T.decision}.errored(): bool`, () => false],
  [`${T.decision}.error(): string`, () => ''],
];

/** Adds Kubernetes' library for authorization to an environment, without the variable `authorizer`. */
export function addAuthorizerLibrary(environment: Environment): void {
  environment
    .registerType(T.decision, Decision)
    .registerType(T.resource, ResourceCheck)
    .registerType(T.path, PathCheck)
    .registerType(T.group, { ctor: GroupCheck, fields: {} })
    .registerType(T.authorizer, { ctor: Authorizer, fields: { requestResource: T.resource } });
  for (const [signature, handler] of FUNCTIONS) environment.registerFunction(signature, handler);
}

/** Name of the type of the variable `authorizer`. */
export const AUTHORIZER_TYPE: string = T.authorizer;
