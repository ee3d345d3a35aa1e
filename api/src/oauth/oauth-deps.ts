import type { Agent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import type { EventRecorder, Informer, KubeClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import type { Audit } from '../audit/audit.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { Sessions } from '../login/sessions.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { OAuthLimits } from './oauth-limits.ts';

/** What the authorization server needs. */
export interface OAuthDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  audit: Audit;
  /** Absent: nobody sees Events of reused tokens and clones. */
  events?: Pick<EventRecorder, 'record'> | undefined;
  /** What the person who approves a host may do. */
  authorizer: Authorizer;
  /** The facade's own cache of Agents; whoever owns it starts it. */
  agents: Informer<Agent>;
  /** Absent: command lines of people are refused. */
  sessions?: CommandLineSessions | undefined;
  /** Namespace of the release, where codes, tokens and credentials are stored. */
  namespace: string;
  /** Where browsers and hosts reach the facade: issuer, and base of the page on which codes are typed. */
  publicURL: URL;
  /** Every origin under which the facade is reached, that of the public URL among them; proofs must name one of them. */
  origins: readonly string[];
  secretKeys: SecretKeys;
  /** Default: {@link DEFAULT_OAUTH_LIMITS}. */
  limits?: Partial<OAuthLimits> | undefined;
}

/** What of the logins of people the device flow and revocation use. */
export type CommandLineSessions = Pick<Sessions, 'userOf' | 'issueCommandLineToken' | 'endByToken'>;
