import type { ApiObject, Cause } from '../kinds.ts';
import { invalid, required } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';

/** What is wrong with the rules of a role. */
export function ruleCauses(role: ApiObject, isNamespaced: boolean): Cause[] {
  const rules = Array.isArray(role['rules']) ? role['rules'] : [];
  return rules.flatMap((rule: unknown, index) =>
    causesOf(isJsonObject(rule) ? rule : {}, `rules[${index}]`, isNamespaced),
  );
}

function causesOf(rule: Record<string, unknown>, path: string, isNamespaced: boolean): Cause[] {
  const has = (field: string): boolean => Array.isArray(rule[field]) && rule[field].length > 0;
  const causes: Cause[] = [];
  if (!has('verbs')) causes.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    const [field, urls] = [`${path}.nonResourceURLs`, rule['nonResourceURLs']];
    if (isNamespaced) causes.push(invalid(field, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if (['apiGroups', 'resources', 'resourceNames'].some(has)) {
      causes.push(invalid(field, urls, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return causes;
  }
  if (!has('apiGroups'))
    causes.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!has('resources')) causes.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}
