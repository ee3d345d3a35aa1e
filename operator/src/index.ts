/** The operator: takes investigations from question to proved verdict, and keeps watch over agents. */
export type { Operator } from './build-operator.ts';
export { loadOperatorConfig, OPERATOR_CONFIG, type OperatorConfig } from './config.ts';
export { createOperator, type OperatorDeps } from './create-operator.ts';
export { OPERATOR_PROCESS_SETTINGS } from './process-config.ts';
export { OPERATOR_PROCESS_ERRORS } from './process-errors.ts';
export { UNINSTALL_SETTINGS } from './uninstall/uninstall-config.ts';
