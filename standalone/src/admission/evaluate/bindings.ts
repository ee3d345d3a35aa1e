import { EvaluationError } from '@marcbachmann/cel-js';
import type { Authorize } from '../../auth/authorize.ts';
import { celValue } from '../../schema/cel/cel-value.ts';
import { evaluationWords } from '../../schema/cel/evaluation-message.ts';
import type { ApiObject } from '../../schema/kinds.ts';
import { Authorizer } from '../cel/authorizer.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { JudgedWrite } from './judged-write.ts';

/** The variables of expressions, by name. */
export type Bindings = Record<string, unknown>;

/** What expressions of every policy may read of a write; each is made when it is first read, and once. */
export function bindWrite(authorize: Authorize, write: JudgedWrite): Bindings {
  const { group, plural, namespace, name, subresource } = write.request.path;
  const bindings: Bindings = {};
  defineLazy(bindings, 'object', () => celValue(write.object, undefined));
  defineLazy(bindings, 'oldObject', () => celValue(write.oldObject, undefined));
  defineLazy(bindings, 'request', () => celValue(admissionRequest(write), undefined));
  defineLazy(bindings, 'namespaceObject', () => celValue(withoutBookkeeping(write.findNamespace()), undefined));
  const requested = { group, plural, namespace, name, subresource };
  defineLazy(bindings, 'authorizer', () => new Authorizer(authorize, write.request.user, requested));
  return bindings;
}

/** Adds `params` and the variables of a policy. */
export function bindVariables(shared: Bindings, policy: CompiledPolicy, params: ApiObject | undefined): Bindings {
  const variables = Object.create(null) as Bindings;
  const bindings: Bindings = { params: celValue(params, undefined), variables };
  Object.defineProperties(bindings, Object.getOwnPropertyDescriptors(shared));
  for (const { name, run } of policy.variables) {
    let found: { value: unknown } | { error: EvaluationError } | undefined;
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => {
        found ??= evaluate(name, () => run(bindings));
        if ('error' in found) throw found.error;
        return found.value;
      },
    });
  }
  return bindings;
}

function defineLazy(bindings: Bindings, name: string, make: () => unknown): void {
  let made: { value: unknown } | undefined;
  const get = (): unknown => (made ??= { value: make() }).value;
  Object.defineProperty(bindings, name, { enumerable: true, get });
}

function evaluate(name: string, run: () => unknown): { value: unknown } | { error: EvaluationError } {
  try {
    return { value: run() };
  } catch (error) {
    const words = `composited variable ${JSON.stringify(name)} fails to evaluate: ${evaluationWords(error)}`;
    return { error: new EvaluationError(words) };
  }
}

/** An admission/v1 AdmissionRequest without its objects; what is empty is left out, as Go does. */
function admissionRequest({ request, resource, kind }: JudgedWrite): Record<string, unknown> {
  const { path, user, operation, isDryRun, options } = request;
  const { subresource, name, namespace } = path;
  return {
    kind,
    resource: { group: resource.group, version: resource.version, resource: resource.plural },
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: request.kind,
    requestResource: { group: path.group, version: path.version, resource: path.plural },
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...((user.uid ?? '') === '' ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(Object.keys(user.extra ?? {}).length === 0 ? {} : { extra: user.extra }),
    },
    dryRun: isDryRun,
    options,
  };
}

function withoutBookkeeping(namespace: ApiObject | undefined): unknown {
  if (namespace === undefined) return undefined;
  const { managedFields: _managedFields, ownerReferences: _ownerReferences, ...metadata } = namespace.metadata;
  return { metadata, spec: namespace['spec'], status: namespace['status'] };
}
