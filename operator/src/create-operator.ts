import type { Clock, Logger } from '@nannyapi/process';
import type { KubeClient, LeaderElection } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { buildOperator, type Operator } from './build-operator.ts';
import type { OperatorConfig } from './config.ts';
import type { RunLimits } from './controllers/investigation/limits.ts';
import type { Diagnostician } from './diagnosticians/diagnostician.ts';
import { createPlaybook, playbookFindings } from './diagnosticians/playbook/index.ts';
import { createTensorZero } from './diagnosticians/tensorzero/tensorzero.ts';
import { sharedPolicy } from './moves/action-policy.ts';

/** What {@link createOperator} needs. */
export interface OperatorDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  config: OperatorConfig;
  /** Decides which of several replicas works; absent where there is but one. */
  election?: LeaderElection | undefined;
}

/** The operator as it is configured: with a model behind TensorZero if there is a gateway, else with the playbook. */
export function createOperator(deps: OperatorDeps): Operator {
  const { config, ...shared } = deps;
  return buildOperator({
    ...shared,
    diagnostician: createDiagnostician(deps),
    findings: playbookFindings,
    policy: sharedPolicy,
    limits: limitsFrom(deps),
    ownNamespace: config.NANNYAPI_NAMESPACE,
    workers: config.NANNYAPI_OPERATOR_WORKERS,
  });
}

function createDiagnostician({ config, clock, log }: OperatorDeps): Diagnostician {
  const url = config.NANNYAPI_TENSORZERO_URL;
  if (url === undefined) return createPlaybook();
  return createTensorZero({
    url,
    apiKey: config.NANNYAPI_TENSORZERO_API_KEY,
    functionName: config.NANNYAPI_TENSORZERO_FUNCTION,
    timeoutSeconds: config.NANNYAPI_TENSORZERO_TIMEOUT_SECONDS,
    clock,
    log,
  });
}

function limitsFrom({ config, clock }: OperatorDeps): RunLimits {
  return {
    silence: {
      disconnectedSeconds: config.NANNYAPI_AGENT_SILENT_SECONDS,
      // While an agent is connected its last word is written down every few minutes only.
      connectedSeconds: config.NANNYAPI_AGENT_SILENT_SECONDS + 600,
    },
    listeningSince: clock.now(),
    agentLostGraceSeconds: config.NANNYAPI_AGENT_LOST_GRACE_SECONDS,
    taskGraceSeconds: 30,
    taskMaxOutputBytes: 1_048_576,
    sampleSeconds: 2,
  };
}
