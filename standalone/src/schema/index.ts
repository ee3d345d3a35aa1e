/**
 * The pure half of the embedded API server: schemas, patches, server-side apply, tables, OpenAPI and discovery.
 * The HTTP half (`../server`) and the storage (`../store`) call it; nothing here does I/O.
 */
export type {
  ApiObject,
  Cause,
  CelRule,
  CompiledKind,
  IncludeObject,
  Json,
  JsonObject,
  KindResource,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  PrinterColumn,
  ScaleView,
  SchemaNode,
  Table,
  TableColumn,
  TableOptions,
  TableRow,
} from './kinds.ts';
export { compileCrd, compileCrdVersions, compileStoredCrd } from './crd/compile-crd.ts';
export { InvalidObjectError } from './crd/invalid-object-error.ts';
export { isEstablished } from './crd/accepted-names.ts';
export { establishCrd } from './crd/establish-crd.ts';
export { labelSelectorCauses } from './builtin/label-selector-rules.ts';
export { forbidden, goQuote, invalid, required } from './structural/cause.ts';
export { builtinKinds } from './builtin/builtin-kinds.ts';
export { invalidMessage, invalidStatus, type InvalidStatus } from './invalid-status.ts';
export { applyJsonPatch, unknownPatchFields } from './patch/json-patch.ts';
export { goJsonType } from './patch/go-json-type.ts';
export { applyStrategicMergePatch } from './patch/strategic-merge-patch.ts';
export { applyMergePatch } from './patch/merge-patch.ts';
export { applyOverClientSide as serverSideApply } from './apply/client-side-applied.ts';
export type { ApplyConflict, ServerSideApplyInput } from './apply/server-side-apply.ts';
export { typedFault } from './apply/typed-fault.ts';
export { nullCauses } from './apply/null-causes.ts';
export { applyConflictMessage } from './apply/conflict-message.ts';
export { updateManagedFields, type ManagedUpdate } from './apply/managed-fields.ts';
export { parseLabelSelector, type LabelSelector } from './selectors/label-selector.ts';
export { parseFieldSelector, type FieldSelector, type FieldRequirement } from './selectors/field-selector.ts';
export { toPartialObjectMetadata, toPartialObjectMetadataList } from './table/partial-object-metadata.ts';
export { openApiV3, openApiV3Index } from './openapi/openapi-v3.ts';
export { openApiV2 } from './openapi/openapi-v2.ts';
export { documentHash } from './openapi/document-hash.ts';
export { discoveryForm } from './discovery/discovery-form.ts';
export {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  versionInfo,
} from './discovery/discovery.ts';
