import type { AdmissionAttributes } from '../../request/admission.ts';
import type { ApiObject } from '../../schema/kinds.ts';

/** A write in the form that a policy asked for: of another version, perhaps, than that of the request. */
export interface JudgedWrite {
  request: AdmissionAttributes;
  /** Resource and kind that the policy matched. */
  resource: { group: string; version: string; plural: string };
  kind: { group: string; version: string; kind: string };
  object: ApiObject | undefined;
  oldObject: ApiObject | undefined;
  /** The namespace that the object is in; undefined for cluster-scoped objects, which namespaces are too. */
  findNamespace: () => ApiObject | undefined;
}
