export { checkAction } from './calls/check-action.ts';
export { checkToolCall } from './calls/tool-call.ts';
export type { CatalogueEntry } from './catalogue.ts';
export { commandCatalogue } from './catalogue.ts';
export type { CaseKind } from './check-case.ts';
export { CASE_KINDS, checkCase, isCaseKind } from './check-case.ts';
export { checkArgv, checkCommandLine } from './check-command.ts';
export { checkResolvedPath, isSecretPath } from './paths/paths.ts';
export { POLICY_HASH, POLICY_VERSION } from './policy-hash.ts';
export type { Rule, RuleID } from './rules.ts';
export { RULES } from './rules.ts';
export { checkTrace } from './trace/check-trace.ts';
export type {
  AcceptedCommand,
  AcceptedTrace,
  CommandVerdict,
  Needs,
  Network,
  PathAccess,
  PathUse,
  PlainVerdict,
  PolicyVerdict,
  Refusal,
  TraceVerdict,
} from './verdict.ts';
export { isRefusal } from './verdict.ts';
