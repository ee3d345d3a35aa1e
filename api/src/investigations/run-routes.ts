import type { FastifyInstance } from 'fastify';
import type { Clock } from '@nannyapi/process';
import type { TaskCache } from '../agent-protocol/task-cache.ts';
import type { Gate } from '../http/gate.ts';
import { waitForCache } from '../http/wait-for-cache.ts';
import { eventStream, problems } from '../http/schemas.ts';
import { headersOf } from '../http/security-headers.ts';
import type { OpenStreams } from '../streams/open-streams.ts';
import { SseStream } from '../streams/sse-stream.ts';
import { registerEvidenceRoutes } from './evidence-routes.ts';
import type { EvidenceService } from './evidence-service.ts';
import type { FollowService } from './follow-service.ts';
import { INVESTIGATIONS_PATH, ONE_INVESTIGATION } from './investigation-routes.ts';
import type { InvestigationService } from './investigation-service.ts';

/** What {@link registerRunRoutes} needs. */
export interface RunRoutesDeps {
  cache: TaskCache;
  clock: Clock;
  evidence: EvidenceService;
  follow: FollowService;
  gate: Gate;
  investigations: InvestigationService;
  streams: OpenStreams;
}

interface OneInvestigation {
  namespace: string;
  name: string;
}

const tags = ['investigations'];
const PATH = `${INVESTIGATIONS_PATH}/:name`;

/** Follow a run, and read what its host said. */
export function registerRunRoutes(app: FastifyInstance, deps: RunRoutesDeps): void {
  registerEvents(app, deps);
  registerEvidenceRoutes(app, deps);
}

function registerEvents(app: FastifyInstance, deps: RunRoutesDeps): void {
  app.route<{ Params: OneInvestigation }>({
    method: 'GET',
    url: `${PATH}/events`,
    config: { audience: 'people', rate: 'stream' },
    schema: {
      tags,
      summary: 'Follow a run',
      description:
        'Server-sent events accepted, waiting, step, action-started, action-ended, step-ended, finding, ' +
        'and at the end verdict or deleted. Begins with all that happened so far; ping in between.',
      params: ONE_INVESTIGATION,
      response: {
        200: eventStream('Events until the run is over.'),
        ...problems('NotFound', 'TooManyRequests', 'ValidationFailed'),
      },
    },
    handler: async (request, reply) => {
      const { namespace, name } = request.params;
      const { name: person } = await deps.gate.admit(request, {
        verb: 'watch',
        resource: 'investigations',
        namespace,
        name,
      });
      const investigation = await deps.investigations.get(namespace, name);
      await waitForCache(deps.cache.informer, deps.clock);
      deps.streams.refuseWhenClosing();
      deps.follow.refuseWhenFull(person);
      reply.hijack();
      const stream = new SseStream(reply.raw, { headers: headersOf(reply) });
      const { onDoubt, recheck } = request.authentication ?? {};
      deps.streams.add(stream, recheck, onDoubt);
      deps.follow.follow(investigation, stream, person);
    },
  });
}
