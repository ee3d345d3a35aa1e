import type { Cause } from '../kinds.ts';
import { invalid } from '../structural/cause.ts';
import type { CrdVersion } from './crd-types.ts';
import { simplePathCauses } from './printer-columns.ts';

/** Violations in the paths of the scale subresource. */
export function subresourceCauses(subresources: CrdVersion['subresources'], path: string): Cause[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const at = (key: string): string => `${path}.scale.${key}`;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  const causes = [
    ...replicasCauses(specReplicasPath, at('specReplicasPath'), '.spec'),
    ...replicasCauses(statusReplicasPath, at('statusReplicasPath'), '.status'),
  ];
  if (labelSelectorPath === '') return causes;
  const simple = simplePathCauses(labelSelectorPath, at('labelSelectorPath'));
  if (simple.length > 0) return [...causes, ...simple];
  if (labelSelectorPath.startsWith('.spec.') || labelSelectorPath.startsWith('.status.')) return causes;
  const words = 'should be a json path under either .spec or .status';
  return [...causes, invalid(at('labelSelectorPath'), labelSelectorPath, words)];
}

function replicasCauses(jsonPath: string | undefined, path: string, under: string): Cause[] {
  const causes = simplePathCauses(jsonPath, path);
  if (causes.length > 0 || jsonPath?.startsWith(`${under}.`) === true) return causes;
  return [invalid(path, jsonPath, `should be a json path under ${under}`)];
}
