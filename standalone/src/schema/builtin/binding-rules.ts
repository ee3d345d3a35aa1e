import { isDeepStrictEqual } from 'node:util';
import type { ApiObject, Cause } from '../kinds.ts';
import { dns1123SubdomainErrors } from '../metadata/names.ts';
import { invalid, notSupported, required } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { pathSegmentErrors, RBAC_GROUP } from './rbac-words.ts';

type Fields = Record<string, unknown>;

/** Fills in the groups that may be left out. */
export function withSubjectGroups(binding: ApiObject): ApiObject {
  const { subjects } = binding;
  const roleRef = fieldsOf(binding['roleRef']);
  return {
    ...binding,
    ...(Array.isArray(subjects) ? { subjects: subjects.map(withGroup) } : {}),
    roleRef: { ...roleRef, apiGroup: roleRef['apiGroup'] || RBAC_GROUP },
  };
}

function withGroup(subject: unknown): unknown {
  const fields = fieldsOf(subject);
  const isGiven = (fields['apiGroup'] ?? '') !== '';
  return isGiven || !['User', 'Group'].includes(String(fields['kind'])) ? subject : { ...fields, apiGroup: RBAC_GROUP };
}

/** What is wrong with a binding. Its role never changes: whoever may bind one role would else bind all. */
export function bindingCauses(binding: ApiObject, old: ApiObject | undefined, isNamespaced: boolean): Cause[] {
  const roleRef = fieldsOf(binding['roleRef']);
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'] : [];
  const causes = [
    ...roleRefCauses(roleRef, isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']),
    ...subjects.flatMap((subject, index) => subjectCauses(fieldsOf(subject), `subjects[${index}]`, isNamespaced)),
  ];
  if (old === undefined || isDeepStrictEqual(roleRef, old['roleRef'])) return causes;
  return [...causes, invalid('roleRef', roleRef, 'cannot change roleRef')];
}

function roleRefCauses(roleRef: Fields, kinds: readonly string[]): Cause[] {
  const { apiGroup = '', kind = '', name = '' } = roleRef;
  const causes: Cause[] = [];
  if (apiGroup !== RBAC_GROUP) causes.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(String(kind))) causes.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') return [...causes, required('roleRef.name')];
  return [...causes, ...pathSegmentErrors(String(name)).map((error) => invalid('roleRef.name', name, error))];
}

function subjectCauses(subject: Fields, path: string, isNamespaced: boolean): Cause[] {
  const { kind = '', apiGroup = '', name = '', namespace = '' } = subject;
  const causes = name === '' ? [required(`${path}.name`)] : [];
  if (kind === 'User' || kind === 'Group') {
    return apiGroup === RBAC_GROUP ? causes : [...causes, notSupported(`${path}.apiGroup`, apiGroup, [RBAC_GROUP])];
  }
  if (kind !== 'ServiceAccount') {
    return [...causes, notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
  if (name !== '') {
    causes.push(...dns1123SubdomainErrors(String(name)).map((error) => invalid(`${path}.name`, name, error)));
  }
  if (apiGroup !== '') causes.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
  if (!isNamespaced && namespace === '') causes.push(required(`${path}.namespace`));
  return causes;
}

function fieldsOf(value: unknown): Fields {
  return isJsonObject(value) ? value : {};
}
