import type { Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import { AgentService } from '../agents/agent-service.ts';
import { registerCredentialRoutes } from '../credentials/credential-routes.ts';
import { CredentialService } from '../credentials/credential-service.ts';
import { registerDeviceCodeRoutes } from '../credentials/device-code-routes.ts';
import { registerEnrollmentTokenRoutes } from '../enrollment-tokens/enrollment-token-routes.ts';
import { EnrollmentTokenService } from '../enrollment-tokens/enrollment-token-service.ts';
import type { Gate } from '../http/gate.ts';
import type { Sessions } from '../login/sessions.ts';
import type { OAuth } from '../oauth/oauth.ts';
import { registerSessionRoutes } from '../users/session-routes.ts';
import { registerUserRoutes } from '../users/user-routes.ts';
import { UserService } from '../users/user-service.ts';

/** What {@link registerIdentityRoutes} needs. */
export interface IdentityRoutesDeps {
  client: KubeClient;
  clock: Clock;
  gate: Gate;
  /** Namespace of the release. */
  namespace: string;
  oauth: Pick<OAuth, 'approval' | 'credentials' | 'enrollmentTokens'>;
  sessions: Sessions;
}

/** The REST API of a facade that knows people and hosts by itself: people, logins, enrolment, credentials. */
export function registerIdentityRoutes(app: FastifyInstance, deps: IdentityRoutesDeps): void {
  const { approval, credentials: revoker, enrollmentTokens: issuer } = deps.oauth;
  registerUserRoutes(app, { ...deps, users: new UserService(deps) });
  registerSessionRoutes(app, deps);
  registerEnrollmentTokenRoutes(app, { ...deps, issuer, tokens: new EnrollmentTokenService(deps) });
  const credentials = new CredentialService(deps);
  registerCredentialRoutes(app, { ...deps, agents: new AgentService(deps), credentials, revoker });
  registerDeviceCodeRoutes(app, { ...deps, approval });
}
