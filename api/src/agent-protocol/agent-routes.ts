import {
  AGENT_PATHS,
  wireSchemas,
  type AnomalyReport,
  type Heartbeat,
  type HeartbeatResponse,
  type Hello,
} from '@nannyapi/protocol';
import type { Clock, Logger } from '@nannyapi/process';
import type { FastifyInstance } from 'fastify';
import type { Audit } from '../audit/audit.ts';
import { auditedRequest } from '../audit/audited-request.ts';
import { callingAgent } from '../http/access-control.ts';
import { eventStream, problems } from '../http/schemas.ts';
import { headersOf } from '../http/security-headers.ts';
import { waitForCache } from '../http/wait-for-cache.ts';
import { agentKey } from '../identity/principal.ts';
import type { OpenStreams } from '../streams/open-streams.ts';
import { SseStream } from '../streams/sse-stream.ts';
import type { AgentRegistry } from './agent-registry.ts';
import type { AnomalyService } from './anomaly-service.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { HealthBook } from './health-book.ts';
import type { TaskCache } from './task-cache.ts';

/** What {@link registerAgentRoutes} needs. */
export interface AgentRoutesDeps {
  agents: AgentRegistry;
  anomalies: AnomalyService;
  audit: Audit;
  cache: TaskCache;
  clock: Clock;
  dispatcher: Dispatcher;
  health: HealthBook;
  log: Logger;
  streams: OpenStreams;
  heartbeatSeconds: number;
  policyHash: string;
}

const tags = ['agent protocol'];
const config = { audience: 'agents' } as const;

/** The endpoints of agents that concern no single task: stream, heartbeat, anomaly report. */
export function registerAgentRoutes(app: FastifyInstance, deps: AgentRoutesDeps): void {
  registerStream(app, deps);

  app.route<{ Body: Heartbeat }>({
    method: 'POST',
    url: AGENT_PATHS.heartbeat,
    config,
    schema: {
      tags,
      summary: 'Tell how the host is',
      body: wireSchemas.HEARTBEAT,
      response: {
        200: wireSchemas.HEARTBEAT_RESPONSE,
        ...problems('BadRequest', 'ValidationFailed', 'BodyTooLarge'),
      },
    },
    handler: async (request): Promise<HeartbeatResponse> => {
      const agent = callingAgent(request);
      await deps.agents.admit(agent);
      deps.health.heartbeat(agent, request.body);
      return { serverTime: deps.clock.now().toISOString(), heartbeatSeconds: deps.heartbeatSeconds };
    },
  });

  app.route<{ Body: AnomalyReport }>({
    method: 'POST',
    url: AGENT_PATHS.investigations,
    config,
    schema: {
      tags,
      summary: 'Open an investigation of the own host',
      body: wireSchemas.ANOMALY_REPORT,
      response: {
        201: {
          description: 'The Investigation that was opened.',
          type: 'object',
          properties: { name: { type: 'string' }, uid: { type: 'string' } },
        },
        ...problems('BadRequest', 'ValidationFailed', 'TooManyRequests', 'BodyTooLarge'),
      },
    },
    handler: async (request, reply) => {
      const agent = callingAgent(request);
      await deps.agents.admit(agent);
      const opened = await deps.anomalies.open(agent, request.body);
      const target = { kind: 'Investigation', namespace: agent.namespace, ...opened };
      deps.audit.record({ ...auditedRequest(request), action: 'ReportAnomaly', target, outcome: 'Done' });
      return reply.code(201).send(opened);
    },
  });
}

function registerStream(app: FastifyInstance, deps: AgentRoutesDeps): void {
  const { cache, clock, dispatcher, health, log, streams } = deps;
  app.route({
    method: 'GET',
    url: AGENT_PATHS.stream,
    config,
    schema: {
      tags,
      summary: 'Receive tasks',
      description:
        'Server-sent events hello, task and cancel, with data as of the schemas Hello, Task and Cancel, and ping. ' +
        'Every connect starts with all open tasks.',
      response: { 200: eventStream('Events until one side closes.'), ...problems() },
    },
    handler: async (request, reply) => {
      const agent = callingAgent(request);
      await waitForCache(cache.informer, clock);
      // Last, so that nothing can be waited for between the admission and the entry into the dispatcher.
      await deps.agents.admit(agent);
      streams.refuseWhenClosing();
      reply.hijack();
      const stream = new SseStream(reply.raw, { headers: headersOf(reply) });
      streams.add(stream, request.authentication?.recheck);
      const hello: Hello = {
        agent: agentKey(agent),
        policyHash: deps.policyHash,
        serverTime: clock.now().toISOString(),
        heartbeatSeconds: deps.heartbeatSeconds,
      };
      stream.send('hello', hello);
      const connection = dispatcher.connect(agentKey(agent), stream);
      // Not the request's own logger: it would keep the request alive for as long as the stream.
      const fields = { agent: agentKey(agent), requestID: request.id };
      const disconnected = health.connected(agent, addressOf(request.ip));
      stream.onEnd((end) => {
        log.info({ ...fields, end }, 'An agent disconnected');
        // When the replica closes, agents come back to another one in a moment: no write for each of them.
        if (end !== 'Closing' && connection.isPresent()) disconnected();
      });
      log.info(fields, 'An agent connected');
    },
  });
}

/** An IPv4 address as such, also on a socket of both families. */
function addressOf(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/, '');
}
