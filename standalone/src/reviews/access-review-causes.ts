import type { ApiObject, Cause } from '../schema/index.ts';
import { forbidden, invalid, labelSelectorCauses, required } from '../schema/index.ts';
import type { AccessReviewSpec, SelectorAttributes } from './access-review-spec.ts';

/** What is wrong with a SubjectAccessReview of any form. */
export function accessReviewCauses(kind: string, review: ApiObject): Cause[] {
  const spec = review['spec'] as AccessReviewSpec;
  const causes = [
    ...attributesCauses(spec),
    ...(kind === 'SelfSubjectAccessReview' ? [] : subjectCauses(spec)),
    ...selectorCauses(spec.resourceAttributes?.fieldSelector, 'fieldSelector'),
    ...selectorCauses(spec.resourceAttributes?.labelSelector, 'labelSelector'),
  ];
  return kind === 'LocalSubjectAccessReview'
    ? [...causes, ...localCauses(review, spec)]
    : [...causes, ...metadataCauses(review, 'must be empty')];
}

function attributesCauses({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec): Cause[] {
  if ((resourceAttributes === undefined) !== (nonResourceAttributes === undefined)) return [];
  if (resourceAttributes === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalid('spec.resourceAttributes', null, why)];
  }
  const { path = '', verb = '' } = nonResourceAttributes ?? {};
  const why = 'cannot be specified in combination with resourceAttributes';
  return [invalid('spec.nonResourceAttributes', { Path: path, Verb: verb }, why)];
}

function subjectCauses({ user = '', groups = [] }: AccessReviewSpec): Cause[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalid('spec.user', user, 'at least one of user or group must be specified')];
}

function selectorCauses(selector: SelectorAttributes | undefined, field: 'fieldSelector' | 'labelSelector'): Cause[] {
  if (selector === undefined) return [];
  const path = `spec.resourceAttributes.${field}`;
  const { rawSelector = '', requirements = [] } = selector;
  const causes: Cause[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    causes.push(invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const why = `when ${path} is specified, requirements or rawSelector is required`;
    causes.push(required(`${path}.requirements`, why));
  }
  return [
    ...causes,
    ...requirements.flatMap((one, index) => requirementCauses(one, `${path}.requirements[${index}]`, field)),
  ];
}

/** Operators that are unknown here may be known to a newer client: they are left out, which asks for more rights, not less. */
function requirementCauses(
  requirement: NonNullable<SelectorAttributes['requirements']>[number],
  path: string,
  field: 'fieldSelector' | 'labelSelector',
): Cause[] {
  const { key = '', operator = '', values = [] } = requirement;
  const causes: Cause[] = field === 'fieldSelector' && key === '' ? [required(`${path}.key`, 'must be specified')] : [];
  if (field === 'labelSelector') {
    return labelSelectorCauses({ matchExpressions: [{ key, operator, values }] }, '')
      .filter((cause) => !cause.field.endsWith('.operator'))
      .map((cause) => ({ ...cause, field: cause.field.replace('.matchExpressions[0]', path) }));
  }
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    return [...causes, required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [...causes, forbidden(`${path}.values`, why)];
  }
  return causes;
}

function localCauses(review: ApiObject, spec: AccessReviewSpec): Cause[] {
  const { namespace = '', ...metadata } = review.metadata;
  const causes = metadataCauses({ ...review, metadata }, 'must be empty except for namespace');
  const asked = spec.resourceAttributes;
  if (asked !== undefined && (asked.namespace ?? '') !== namespace) {
    causes.push(invalid('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace'));
  }
  if (spec.nonResourceAttributes !== undefined) {
    const { path = '', verb = '' } = spec.nonResourceAttributes;
    const why = 'disallowed on this kind of request';
    causes.push(invalid('spec.nonResourceAttributes', { Path: path, Verb: verb }, why));
  }
  return causes;
}

function metadataCauses({ metadata }: ApiObject, why: string): Cause[] {
  const { managedFields: _managedFields, ...told } = metadata;
  return Object.keys(told).length === 0 ? [] : [invalid('metadata', metadata, why)];
}
