import { loadConfig, type Config } from '@nannyapi/process';

/** The operator's settings, by the names of their environment variables. */
export const OPERATOR_CONFIG = {
  NANNYAPI_NAMESPACE: {
    description: 'Namespace in which the operator runs; agents of nodes live there.',
    type: 'string',
    default: 'default',
    pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  },
  NANNYAPI_TENSORZERO_URL: {
    description: 'Address of a TensorZero gateway. Without it the built-in playbook diagnoses, and no model is asked.',
    type: 'url',
    optional: true,
  },
  NANNYAPI_TENSORZERO_API_KEY: {
    description: 'API key for the gateway, if it wants one.',
    type: 'string',
    optional: true,
    pattern: /^[\x21-\x7e]+$/,
  },
  NANNYAPI_TENSORZERO_FUNCTION: {
    description: 'The json function of the gateway that chooses moves.',
    type: 'string',
    default: 'investigate',
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
  },
  NANNYAPI_TENSORZERO_TIMEOUT_SECONDS: {
    description:
      'How long one call to the gateway may take. More than the timeouts in its own configuration, or work is paid for twice.',
    type: 'integer',
    default: 240,
    min: 1,
    // fetch gives up on headers after 300 s by itself, and then a paid call would be made again.
    max: 290,
  },
  NANNYAPI_AGENT_SILENT_SECONDS: {
    description:
      'After so many seconds without a word a disconnected agent counts as silent. More than the two minutes after which its word is written down at the latest.',
    type: 'integer',
    default: 180,
    min: 5,
    max: 86_400,
  },
  NANNYAPI_AGENT_LOST_GRACE_SECONDS: {
    description: 'How much longer a running step waits for a silent agent before its run fails with AgentLost.',
    type: 'integer',
    default: 120,
    min: 0,
    max: 86_400,
  },
  NANNYAPI_OPERATOR_WORKERS: {
    description: 'How many investigations are looked at at once.',
    type: 'integer',
    default: 16,
    min: 1,
    max: 256,
  },
} as const;

/** The operator's settings with their values. */
export type OperatorConfig = Config<typeof OPERATOR_CONFIG>;

/** Reads the settings. @throws CodedError `InvalidConfig` that names every bad one. */
export function loadOperatorConfig(env: Readonly<Record<string, string | undefined>>): OperatorConfig {
  return loadConfig(OPERATOR_CONFIG, env);
}
