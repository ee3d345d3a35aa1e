import type { Agent, EnrollmentToken } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import type { KubeClient, ListPage } from '@nannyapi/runtime';
import type { ProgressBoard } from '../agent-protocol/progress-board.ts';
import type { Gate } from '../http/access-control.ts';
import type { EvidenceService } from '../investigations/evidence-service.ts';
import type { InvestigationService } from '../investigations/investigation-service.ts';
import type { Login } from '../login/login.ts';
import type { AgentCredentials } from '../oauth/agent-credentials.ts';
import type { DeviceApproval } from '../oauth/device-approval.ts';
import type { EnrollmentTokens } from '../oauth/enrollment-tokens.ts';
import type { Assets } from './assets/assets.ts';

/** What pages ask about hosts, and do to them. The pages have asked whether the person may. */
export interface AgentsOfPages {
  /** One page; with a phase it may hold fewer than the limit and not be the last. */
  list(query: {
    namespace: string;
    limit: number;
    continue?: string | undefined;
    phase?: string | undefined;
  }): Promise<ListPage<Agent>>;
  get(namespace: string, name: string): Promise<Agent>;
  setAccess(namespace: string, name: string, access: 'Enabled' | 'Revoked'): Promise<unknown>;
  delete(namespace: string, name: string): Promise<unknown>;
}

/** What pages ask about install tokens, beside making one. */
export interface TokensOfPages {
  list(query: { limit: number; continue?: string | undefined }): Promise<ListPage<EnrollmentToken>>;
  revoke(name: string): Promise<unknown>;
}

/** The commands that bring a host in, as the pages show them. */
export interface InstallCommands {
  /** Installs the agent and enrols by a code. */
  withCode(): string;
  /** Installs the agent and enrols by an install token. */
  withToken(token: string): string;
}

/** What {@link registerPages} needs. */
export interface PagesDeps {
  assets: Assets;
  clock: Clock;
  client: KubeClient;
  gate: Gate;
  progress: ProgressBoard;
  investigations: InvestigationService;
  evidence: EvidenceService;
  agents: AgentsOfPages;
  login: Login;
  approval: DeviceApproval;
  enrollmentTokens: EnrollmentTokens;
  tokens: TokensOfPages;
  credentials: AgentCredentials;
  install: InstallCommands;
  /** The namespace that lists begin with and new agents are proposed for. */
  defaultNamespace: string;
  /** Where install tokens and credentials are stored. */
  releaseNamespace: string;
}
