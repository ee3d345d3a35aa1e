import type { Cause } from '../../schema/kinds.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../schema/metadata/names.ts';
import { invalid, required } from '../../schema/structural/cause.ts';

/** What is wrong with the kind that parameters are of; it need not be served. */
export function paramKindCauses(
  { apiVersion = '', kind = '' }: { apiVersion?: string; kind?: string },
  field: string,
): Cause[] {
  return [...apiVersionCauses(apiVersion, `${field}.apiVersion`), ...kindCauses(kind, `${field}.kind`)];
}

function apiVersionCauses(apiVersion: string, field: string): Cause[] {
  if (apiVersion === '') return [required(field)];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) return [invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [group = '', version = ''] = parts.length === 1 ? ['', ...parts] : parts;
  const groupErrors = group === '' ? [] : dns1123SubdomainErrors(group);
  const causes = groupErrors.length === 0 ? [] : [invalid(field, group, groupErrors.join(','))];
  if (version === '') return [...causes, invalid(field, apiVersion, 'version must be specified')];
  const versionErrors = dns1035LabelErrors(version);
  return versionErrors.length === 0 ? causes : [...causes, invalid(field, version, versionErrors.join(','))];
}

function kindCauses(kind: string, field: string): Cause[] {
  if (kind === '') return [required(field)];
  const errors = dns1035LabelErrors(kind.toLowerCase());
  if (errors.length === 0) return [];
  return [invalid(field, kind, `may have mixed case, but should otherwise match: ${errors.join(',')}`)];
}
