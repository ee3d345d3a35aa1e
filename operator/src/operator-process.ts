import { CodedError, errorMessage, type Clock, type Logger } from '@nannyapi/process';
import {
  createKubeClient,
  LeaderElection,
  LeaseResource,
  ProbeServer,
  type KubeClient,
  type Lease,
} from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import { createOperator } from './create-operator.ts';
import type { OperatorProcessConfig } from './process-config.ts';

/** What an operator of its own needs. */
export interface OperatorProcessDeps {
  config: OperatorProcessConfig;
  /** Variables of the process: where the pod's API server is. */
  env: Readonly<Record<string, string | undefined>>;
  /** Of this host, for the identity of the lease's holder. */
  hostname: string;
  clock: Clock;
  log: Logger;
}

/**
 * Runs an operator with its probes until the signal aborts and all has drained.
 *
 * @throws CodedError `LeadershipLost` and whatever else a part fails with: the process must end then, and begin anew.
 */
export async function runOperatorProcess(deps: OperatorProcessDeps, signal: AbortSignal): Promise<void> {
  const { config, env, clock, log } = deps;
  const registry = new Registry();
  const client = createKubeClient({
    ...(config.NANNYAPI_OPERATOR_KUBECONFIG === undefined
      ? { inCluster: true }
      : { kubeconfigPath: config.NANNYAPI_OPERATOR_KUBECONFIG }),
    env,
    userAgent: 'nannyapi-operator',
    clock,
    log,
    registry,
  });
  const election = config.NANNYAPI_OPERATOR_LEADER_ELECTION ? createElection(deps, { client, registry }) : undefined;
  const operator = createOperator({ client, clock, log, registry, config, election });
  const probes = new ProbeServer({
    host: config.NANNYAPI_OPERATOR_PROBE_HOST,
    port: config.NANNYAPI_OPERATOR_PROBE_PORT,
    portSetting: 'NANNYAPI_OPERATOR_PROBE_PORT',
    liveness: () => operator.liveness(),
    readiness: () => operator.readiness(),
    registry,
    log,
  });
  await probes.listen();
  log.info({ port: probes.port }, 'Serving health and metrics');
  try {
    await operator.start(signal);
  } finally {
    await probes.close();
    await client.close();
  }
}

function createElection(
  { config, hostname, clock, log }: OperatorProcessDeps,
  { client, registry }: { client: KubeClient; registry: Registry },
): LeaderElection {
  try {
    return new LeaderElection({
      leases: client.resource<Lease>(LeaseResource),
      lease: { namespace: config.NANNYAPI_NAMESPACE, name: config.NANNYAPI_OPERATOR_LEASE_NAME },
      hostname,
      timing: {
        leaseDurationSeconds: config.NANNYAPI_OPERATOR_LEASE_DURATION_SECONDS,
        renewDeadlineSeconds: config.NANNYAPI_OPERATOR_RENEW_DEADLINE_SECONDS,
        retryPeriodSeconds: config.NANNYAPI_OPERATOR_RETRY_PERIOD_SECONDS,
      },
      clock,
      log,
      registry,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `Invalid configuration of the leader election: ${errorMessage(error)}`;
    throw new CodedError({ code: 'InvalidConfig', message, status: 400, cause: error });
  }
}
