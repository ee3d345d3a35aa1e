import {
  AgentCredentialResource,
  AgentResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  UserResource,
  type Agent,
  type AgentCredential,
  type DeviceCode,
  type EnrollmentToken,
  type User,
} from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import {
  createController,
  createInformer,
  objectKey,
  refKey,
  type Manager,
  type Informer,
  type KubeClient,
  type KubeObject,
  type Runnable,
} from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { CredentialReconciler } from './credential-reconciler.ts';
import { DeviceCodeReconciler } from './device-code-reconciler.ts';
import { EnrollmentTokenReconciler } from './enrollment-token-reconciler.ts';
import { UserReconciler } from './user-reconciler.ts';

/** What {@link identityControllers} needs. */
export interface IdentityControllersDeps {
  /** Writes only while this replica leads. */
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  /** Where pending enrolments, credentials and install tokens are. */
  ownNamespace: string;
  /** Tells which Agents go: their credentials go then. */
  agents: Informer<Agent>;
}

/** An informer and the controller that it feeds. */
export interface IdentityController {
  informer: Parameters<Manager['addInformer']>[0];
  controller: Runnable;
}

/** Index of credentials by the key of their Agent. */
const BY_AGENT = 'agent';

/**
 * The controllers that keep what the API writes of people and hosts tidy and readable: what has ended goes, and
 * conditions say what each object is good for. Nothing is let in or kept out by them.
 */
export function identityControllers(deps: IdentityControllersDeps): IdentityController[] {
  return [deviceCodes(deps), credentials(deps), enrollmentTokens(deps), users(deps)];
}

function deviceCodes(deps: IdentityControllersDeps): IdentityController {
  const client = deps.client.resource<DeviceCode>(DeviceCodeResource);
  const informer = createInformer({ ...deps, client, name: 'devicecodes', query: { namespace: deps.ownNamespace } });
  const reconciler = new DeviceCodeReconciler({ client });
  // It is deleted when its time has come; there is nothing to say of it until then.
  const options = { name: 'device-code', observesGeneration: false, informer, client, reconciler };
  return { informer, controller: createController({ ...deps, ...options }) };
}

function credentials(deps: IdentityControllersDeps): IdentityController {
  const client = deps.client.resource<AgentCredential>(AgentCredentialResource);
  const informer = createInformer({
    ...deps,
    client,
    name: 'agentcredentials',
    query: { namespace: deps.ownNamespace },
    indexes: { [BY_AGENT]: ({ spec }) => [refKey(spec.agentRef)] },
  });
  const reconciler = new CredentialReconciler({ client, agents: deps.client.resource<Agent>(AgentResource) });
  const keys = (agent: KubeObject): string[] => informer.store.byIndex(BY_AGENT, objectKey(agent)).map(objectKey);
  const watches = [{ informer: deps.agents, keys }];
  const controller = createController({ ...deps, name: 'agent-credential', informer, client, reconciler, watches });
  return { informer, controller };
}

function enrollmentTokens(deps: IdentityControllersDeps): IdentityController {
  const client = deps.client.resource<EnrollmentToken>(EnrollmentTokenResource);
  const informer = createInformer({
    ...deps,
    client,
    name: 'enrollmenttokens',
    query: { namespace: deps.ownNamespace },
  });
  const reconciler = new EnrollmentTokenReconciler();
  return {
    informer,
    controller: createController({ ...deps, name: 'enrollment-token', informer, client, reconciler }),
  };
}

function users(deps: IdentityControllersDeps): IdentityController {
  const client = deps.client.resource<User>(UserResource);
  const informer = createInformer({ ...deps, client, name: 'users' });
  const reconciler = new UserReconciler();
  return { informer, controller: createController({ ...deps, name: 'user', informer, client, reconciler }) };
}
