import type { Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import type { ProgressBoard } from '../agent-protocol/progress-board.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { EnrollmentTokenService } from '../enrollment-tokens/enrollment-token-service.ts';
import type { Gate } from '../http/gate.ts';
import type { EvidenceService } from '../investigations/evidence-service.ts';
import type { InvestigationService } from '../investigations/investigation-service.ts';
import type { Login } from '../login/login.ts';
import type { AgentCredentials } from '../oauth/agent-credentials.ts';
import type { DeviceApproval } from '../oauth/device-approval.ts';
import type { EnrollmentTokens } from '../oauth/enrollment-tokens.ts';
import type { Assets } from './assets/assets.ts';

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
  agents: AgentService;
  login: Login;
  approval: DeviceApproval;
  enrollmentTokens: EnrollmentTokens;
  tokens: EnrollmentTokenService;
  credentials: AgentCredentials;
  install: InstallCommands;
  /** The namespace that lists begin with and new agents are proposed for. */
  agentNamespace: string;
  /** Where install tokens and credentials are stored. */
  namespace: string;
}
