import type { AgentCredential, DeviceCode, EnrollmentToken } from '@nannyapi/crds';
import type { Informer, KubeObject } from '@nannyapi/runtime';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import type { AgentCredentials } from './agent-credentials.ts';
import type { DeviceApproval } from './device-approval.ts';
import type { EnrollmentTokens } from './enrollment-tokens.ts';

/** The authorization server of one replica: what other rooms use of it. */
export interface OAuth {
  /** What the page `/device` and its REST twin ask. */
  readonly approval: DeviceApproval;
  readonly enrollmentTokens: EnrollmentTokens;
  readonly credentials: AgentCredentials;
  /** How agents of hosts prove who they are on `/agent/v1/**`: `Authorization: DPoP <token>` and a proof. */
  readonly scheme: CredentialScheme;
  /** To be started with the facade, and to be in its readiness. */
  caches(): Pick<Informer<KubeObject>, 'name' | 'start' | 'hasSynced' | 'health'>[];
  /** For lists and pages: what stands in the release namespace, a moment old. */
  readonly stores: {
    devices: Informer<DeviceCode>['store'];
    credentials: Informer<AgentCredential>['store'];
    enrollmentTokens: Informer<EnrollmentToken>['store'];
  };
  /** Calls back with the key of an agent one of whose credentials is no longer good; its streams are to end. */
  onLoss(listener: (agent: string) => void): void;
}
