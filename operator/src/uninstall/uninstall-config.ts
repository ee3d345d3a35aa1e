import { loadConfig, type Config } from '@nannyapi/process';
import { OPERATOR_CONFIG } from '../config.ts';
import { OPERATOR_PROCESS_SETTINGS } from '../process-config.ts';

/** The settings of `nannyapi-operator uninstall`, which the chart's pre-delete hook runs. */
export const UNINSTALL_SETTINGS = {
  NANNYAPI_NAMESPACE: OPERATOR_CONFIG.NANNYAPI_NAMESPACE,
  NANNYAPI_OPERATOR_KUBECONFIG: OPERATOR_PROCESS_SETTINGS.NANNYAPI_OPERATOR_KUBECONFIG,
  NANNYAPI_OPERATOR_LEASE_NAME: OPERATOR_PROCESS_SETTINGS.NANNYAPI_OPERATOR_LEASE_NAME,
  NANNYAPI_OPERATOR_LOG_LEVEL: OPERATOR_PROCESS_SETTINGS.NANNYAPI_OPERATOR_LOG_LEVEL,
  NANNYAPI_UNINSTALL_DEPLOYMENT: {
    description: 'Deployment of the operator in NANNYAPI_NAMESPACE; it is scaled to nothing.',
    type: 'string',
    default: 'nannyapi-operator',
    pattern: /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  },
  NANNYAPI_UNINSTALL_REMOVE_DATA: {
    description: 'Whether all our objects and their CustomResourceDefinitions are deleted too.',
    type: 'boolean',
    default: false,
  },
  NANNYAPI_UNINSTALL_TIMEOUT_SECONDS: {
    description: 'After so long it gives up.',
    type: 'integer',
    default: 240,
    min: 1,
    max: 3600,
  },
} as const;

/** The settings with their values. */
export type UninstallConfig = Config<typeof UNINSTALL_SETTINGS>;

/** Reads the settings. @throws CodedError `InvalidConfig` that names every bad one. */
export function loadUninstallConfig(env: Readonly<Record<string, string | undefined>>): UninstallConfig {
  return loadConfig(UNINSTALL_SETTINGS, env);
}
