import type { Cause } from '../../schema/kinds.ts';
import { invalid, required } from '../../schema/structural/cause.ts';

/** What is wrong with a list of resources, with their subresources: patterns that take one another in are refused. */
export function resourcesCauses(resources: readonly string[], field: string): Cause[] {
  if (resources.length === 0) return [required(field)];
  const causes: Cause[] = [];
  const wildSubresources = new Set<string>();
  const wildResources = new Set<string>();
  for (const [index, text] of resources.entries()) {
    const at = `${field}[${index}]`;
    if (text === '') causes.push(required(at));
    const [resource = '', ...rest] = text.split('/');
    const subresource = rest.join('/');
    if (rest.length === 0) continue;
    if (wildSubresources.has(resource)) {
      causes.push(invalid(at, text, `if '${resource}/*' is present, must not specify ${text}`));
    }
    if (wildResources.has(subresource)) {
      causes.push(invalid(at, text, `if '*/${subresource}' is present, must not specify ${text}`));
    }
    if (subresource === '*') wildSubresources.add(resource);
    if (resource === '*') wildResources.add(subresource);
  }
  return [...causes, ...wildcardCauses(resources, field)];
}

function wildcardCauses(resources: readonly string[], field: string): Cause[] {
  const causes: Cause[] = [];
  if (resources.length > 1 && resources.includes('*/*')) {
    causes.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  // As in kube-apiserver, the last of those without a subresource decides.
  const last = resources.findLast((text) => text !== '' && !text.includes('/'));
  if (resources.includes('*') && last !== '*') {
    const words = "if '*' is present, must not specify other resources without subresources";
    causes.push(invalid(field, resources, words));
  }
  return causes;
}
