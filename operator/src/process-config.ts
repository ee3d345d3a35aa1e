import { loadConfig, LOG_LEVELS, type Config } from '@nannyapi/process';
import { OPERATOR_CONFIG } from './config.ts';

/** The settings that only an operator of its own has, as in a cluster: standalone runs one, in its own process. */
export const OPERATOR_PROCESS_SETTINGS = {
  NANNYAPI_OPERATOR_KUBECONFIG: {
    description: 'A kubeconfig file. Without it the ServiceAccount of the pod is used.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_OPERATOR_LEADER_ELECTION: {
    description:
      'Whether replicas elect a leader by a Lease in NANNYAPI_NAMESPACE. Without it there must never be a second one.',
    type: 'boolean',
    default: true,
  },
  NANNYAPI_OPERATOR_LEASE_NAME: {
    description: 'Name of the Lease.',
    type: 'string',
    default: 'nannyapi-operator',
    pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  },
  NANNYAPI_OPERATOR_LEASE_DURATION_SECONDS: {
    description:
      'How long others wait for a leader that fell silent. It must exceed the renew deadline by the time in which a request may yet arrive.',
    type: 'integer',
    default: 15,
    min: 2,
    max: 3600,
  },
  NANNYAPI_OPERATOR_RENEW_DEADLINE_SECONDS: {
    description: 'After so long without a renewal a leader stops, and sends no further write.',
    type: 'integer',
    default: 10,
    min: 1,
    max: 3600,
  },
  NANNYAPI_OPERATOR_RETRY_PERIOD_SECONDS: {
    description: 'How often a leader renews, and others look.',
    type: 'integer',
    default: 2,
    min: 1,
    max: 600,
  },
  NANNYAPI_OPERATOR_PROBE_HOST: {
    description: 'Address on which health and metrics are served, without credentials.',
    type: 'string',
    default: '0.0.0.0',
  },
  NANNYAPI_OPERATOR_PROBE_PORT: {
    description: 'Port of /healthz, /readyz and /metrics; 0 takes any free one.',
    type: 'integer',
    default: 8081,
    min: 0,
    max: 65_535,
  },
  NANNYAPI_OPERATOR_LOG_LEVEL: {
    description: 'How much is logged; JSON lines on standard error.',
    type: 'choice',
    default: 'info',
    choices: LOG_LEVELS,
  },
} as const;

const SCHEMA = { ...OPERATOR_CONFIG, ...OPERATOR_PROCESS_SETTINGS } as const;

/** All settings of an operator of its own. */
export type OperatorProcessConfig = Config<typeof SCHEMA>;

/** Reads the settings. @throws CodedError `InvalidConfig` that names every bad one. */
export function loadOperatorProcessConfig(env: Readonly<Record<string, string | undefined>>): OperatorProcessConfig {
  return loadConfig(SCHEMA, env);
}
