import type { Cause } from '../kinds.ts';
import { labelValueErrors, qualifiedNameErrors } from '../metadata/names.ts';
import { forbidden, invalid, required } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';

/** What is wrong with a meta/v1 LabelSelector. */
export function labelSelectorCauses(selector: Record<string, unknown>, path: string): Cause[] {
  const labels = isJsonObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  const requirements = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  return [
    ...labelCauses(labels, `${path}.matchLabels`),
    ...requirements.flatMap((requirement: unknown, index) =>
      requirementCauses(isJsonObject(requirement) ? requirement : {}, `${path}.matchExpressions[${index}]`),
    ),
  ];
}

function labelCauses(labels: Record<string, unknown>, path: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((error) => invalid(path, key, error)),
    ...labelValueErrors(String(value)).map((error) => invalid(path, value, error)),
  ]);
}

function requirementCauses(requirement: Record<string, unknown>, path: string): Cause[] {
  const { key = '', operator = '' } = requirement;
  const values: unknown[] = Array.isArray(requirement['values']) ? requirement['values'] : [];
  return [
    ...operatorCauses(operator, values, path),
    ...qualifiedNameErrors(String(key)).map((error) => invalid(`${path}.key`, key, error)),
    ...values.flatMap((value, index) =>
      labelValueErrors(String(value)).map((error) => invalid(`${path}.values[${index}]`, value, error)),
    ),
  ];
}

function operatorCauses(operator: unknown, values: readonly unknown[], path: string): Cause[] {
  if (operator === 'In' || operator === 'NotIn') {
    const why = "must be specified when `operator` is 'In' or 'NotIn'";
    return values.length === 0 ? [required(`${path}.values`, why)] : [];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return values.length > 0 ? [forbidden(`${path}.values`, why)] : [];
  }
  return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
}
