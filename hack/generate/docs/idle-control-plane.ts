import { BlockList } from 'node:net';
import {
  createLoginLinks,
  createTokenReviewAuthenticator,
  describeFacade,
  SecretKeys,
  type FacadeIdentity,
} from '@nannyapi/api';
import { createOperator, loadOperatorConfig } from '@nannyapi/operator';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient, LeaderElection, LeaseResource, type Lease } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import { createWorkQueueMetrics } from '../../../runtime/src/queue/work-queue-metrics.ts';

/** What the references are read from: the real parts, put together as standalone does, and never started. */
export interface IdleControlPlane {
  /** Holds every metric of operator, facade and client. */
  registry: Registry;
  /** The OpenAPI document of the facade. */
  openapi: object;
}

/** Builds operator and facade without a server, a connection or a listener. */
export async function buildIdleControlPlane(): Promise<IdleControlPlane> {
  const log = createLogger({ name: 'generate', level: 'silent' });
  const registry = new Registry();
  const client = createKubeClient({
    // Nothing is asked of it: parts that are not started send nothing.
    server: { url: 'https://127.0.0.1:1' },
    userAgent: 'generate',
    log,
    registry,
  });
  const deps = { client, clock: systemClock, log, registry };
  // A controller makes its queue, and with it these metrics, when it starts.
  createWorkQueueMetrics('reference', registry).watch(() => []);
  const leases = client.resource<Lease>(LeaseResource);
  const lease = { namespace: 'default', name: 'reference' };
  const election = new LeaderElection({ ...deps, leases, lease, hostname: 'reference' });
  createOperator({ ...deps, config: loadOperatorConfig({}), election });
  const rule = { audience: 'reference', namespace: 'default', serviceAccount: 'reference' };
  const authenticator = createTokenReviewAuthenticator({ ...deps, rule, sharedAddresses: new BlockList() });
  const openapi = await describeFacade({
    ...deps,
    authenticator,
    identity: identityOfReference(),
    config: { host: '127.0.0.1', port: 0 },
  });
  await client.close();
  return { registry, openapi };
}

/** A facade that logs people in and enrols hosts has more routes and metrics. */
function identityOfReference(): FacadeIdentity {
  const publicURL = new URL('https://nanny.example.com');
  return {
    namespace: 'default',
    agentNamespace: 'default',
    publicURL,
    origins: [publicURL.origin],
    secretKeys: SecretKeys.parse(SecretKeys.generate()),
    loginLinks: createLoginLinks({ publicURL, clock: systemClock }),
  };
}
