import { goQuote } from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';
import type { AccessAttributes } from './authorize.ts';

/** 403 in kube-apiserver's words: who may not do what, and where. `reason` is the authorizer's, '' when it gave none. */
export function forbiddenAccess(attributes: AccessAttributes, reason: string): StatusError {
  const { resource } = attributes;
  const told = escapeHtml(messageOf(attributes));
  const why = reason === '' ? told : `${told}: ${reason}`;
  if (resource === undefined) return new StatusError('Forbidden', `forbidden: ${why}`, {});
  const { group, plural, name } = resource;
  const qualified = group === '' ? plural : `${plural}.${group}`;
  const what = name === '' ? qualified : `${qualified} ${goQuote(name)}`;
  return new StatusError('Forbidden', `${what} is forbidden: ${why}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: plural,
  });
}

function messageOf({ user, verb, resource, path }: AccessAttributes): string {
  const who = `User ${goQuote(user.name)} cannot ${verb}`;
  if (resource === undefined) return `${who} path ${goQuote(path)}`;
  const { group, plural, subresource, namespace } = resource;
  const what = goQuote(subresource === '' ? plural : `${plural}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return `${who} resource ${what} in API group ${goQuote(group)} ${where}`;
}

/** Nothing that a client sent may look like HTML in an answer. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
