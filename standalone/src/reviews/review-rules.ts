import { aggregate, rulesFor } from '../rbac/rbac-authorizer.ts';
import type { PolicyRule } from '../rbac/rbac-objects.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import type { ApiObject } from '../schema/index.ts';
import { badRequest } from '../status/status-error.ts';

/** SelfSubjectRulesReview: what the asker may do in a namespace. @throws StatusError BadRequest without one. */
export function reviewRules({ rbac }: ApiContext, { user }: ResourceRequest, question: ApiObject): ApiObject {
  const { namespace = '' } = question['spec'] as { namespace?: string };
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, errors } = rulesFor(rbac, user, namespace);
  return {
    apiVersion: question.apiVersion,
    kind: question.kind,
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules.filter((rule) => has(rule.resources)).map(resourceRule),
      nonResourceRules: rules.filter((rule) => has(rule.nonResourceURLs)).map(pathRule),
      incomplete: false,
      ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }),
    },
  };
}

function has(words: readonly string[] | undefined): boolean {
  return words !== undefined && words.length > 0;
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): object {
  return { verbs, apiGroups, resources, ...(has(resourceNames) ? { resourceNames } : {}) };
}

function pathRule({ verbs, nonResourceURLs }: PolicyRule): object {
  return { verbs, nonResourceURLs };
}
