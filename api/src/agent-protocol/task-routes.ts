import {
  AGENT_PATHS,
  wireSchemas,
  type ClaimRequest,
  type ClaimResponse,
  type Progress,
  type TaskResult,
} from '@nannyapi/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callingAgent } from '../http/access-control.ts';
import { problems } from '../http/schemas.ts';
import type { AgentPrincipal } from '../identity/principal.ts';
import type { AgentRegistry } from './agent-registry.ts';
import { MAX_CHUNK_BODY_BYTES, type ChunkPlace } from './output-chunk.ts';
import type { OutputService } from './output-service.ts';
import type { ProgressBoard } from './progress-board.ts';
import type { TaskFinder } from './task-finder.ts';
import type { TaskService } from './task-service.ts';

/** What {@link registerTaskRoutes} needs. */
export interface TaskRoutesDeps {
  agents: AgentRegistry;
  finder: TaskFinder;
  outputs: OutputService;
  progress: ProgressBoard;
  tasks: TaskService;
}

/** Largest result, in bytes: an object of the API server must stay below 1.5 MiB. */
const MAX_RESULT_BYTES = 1_400_000;

/** `AGENT_PATHS.output` with the names of its parameters. */
const OUTPUT_PATH = '/agent/v1/tasks/:uid/output/:actionID/:stream/:chunk';

interface TaskPath {
  uid: string;
}

const tags = ['agent protocol'];
const config = { audience: 'agents' } as const;
const uid = { description: 'metadata.uid of the AgentTask.', type: 'string', minLength: 1, maxLength: 64 };
const params = { type: 'object', properties: { uid } };

/** The endpoints of agents that concern one task: claim, progress, result, output. */
export function registerTaskRoutes(app: FastifyInstance, deps: TaskRoutesDeps): void {
  registerClaim(app, deps);
  registerResult(app, deps);
  registerProgress(app, deps);
  void app.register(async (scope) => registerOutput(scope, deps));
}

function registerClaim(app: FastifyInstance, deps: TaskRoutesDeps): void {
  app.route<{ Params: TaskPath; Body: ClaimRequest }>({
    method: 'POST',
    url: AGENT_PATHS.claim(':uid'),
    config,
    schema: {
      tags,
      summary: 'Take a task',
      description: 'Idempotent for one journal. At most one journal ever gets a task.',
      params,
      body: wireSchemas.CLAIM_REQUEST,
      response: {
        200: wireSchemas.CLAIM_RESPONSE,
        ...problems(
          'TaskNotFound',
          'TaskEnded',
          'TaskClaimedElsewhere',
          'TaskCancelled',
          'TaskExpired',
          'ValidationFailed',
          'BadRequest',
        ),
      },
    },
    handler: async (request): Promise<ClaimResponse> =>
      deps.tasks.claim(await admitted(deps, request), request.params.uid, request.body),
  });
}

function registerResult(app: FastifyInstance, deps: TaskRoutesDeps): void {
  app.route<{ Params: TaskPath; Body: TaskResult }>({
    method: 'POST',
    url: AGENT_PATHS.result(':uid'),
    config,
    bodyLimit: MAX_RESULT_BYTES,
    schema: {
      tags,
      summary: 'End a task',
      description: 'The first result counts; sending it again is acknowledged.',
      params,
      body: wireSchemas.TASK_RESULT,
      response: {
        200: { description: 'Stored.', type: 'object', properties: { outcome: { type: 'string' } } },
        ...problems(
          'TaskNotFound',
          'TaskEnded',
          'TaskClaimedElsewhere',
          'Conflict',
          'ValidationFailed',
          'BadRequest',
          'BodyTooLarge',
        ),
      },
    },
    handler: async (request) => deps.tasks.end(await admitted(deps, request), request.params.uid, request.body),
  });
}

function registerProgress(app: FastifyInstance, deps: TaskRoutesDeps): void {
  app.route<{ Params: TaskPath; Body: Progress }>({
    method: 'POST',
    url: AGENT_PATHS.progress(':uid'),
    config,
    schema: {
      tags,
      summary: 'Tell what is being done',
      params,
      body: wireSchemas.PROGRESS,
      response: {
        204: { description: 'Passed on to those who follow the run here.', type: 'null' },
        ...problems('TaskNotFound', 'ValidationFailed', 'BadRequest'),
      },
    },
    handler: async (request, reply) => {
      const task = await deps.finder.find(await admitted(deps, request), request.params.uid);
      if (task.status?.outcome === undefined) deps.progress.post(request.params.uid, request.body);
      return reply.code(204).send();
    },
  });
}

/** In a scope of its own, for it alone takes gzip and nothing else. */
function registerOutput(app: FastifyInstance, deps: TaskRoutesDeps): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/gzip', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.route<{ Params: TaskPath & ChunkPlace; Body: Buffer | undefined }>({
    method: 'PUT',
    url: OUTPUT_PATH,
    config,
    bodyLimit: MAX_CHUNK_BODY_BYTES,
    schema: {
      tags,
      summary: 'Store a piece of output',
      description: 'One gzip member of at most 256 KiB before compression. Idempotent; chunks may come in any order.',
      body: { content: { 'application/gzip': { schema: { format: 'binary' } } } },
      params: {
        type: 'object',
        properties: {
          uid,
          actionID: wireSchemas.PROGRESS.properties.actionID,
          stream: { type: 'string', enum: ['stdout', 'stderr'] },
          chunk: { type: 'integer', minimum: 0, maximum: 1023 },
        },
      },
      response: {
        200: {
          description: 'Stored.',
          type: 'object',
          properties: { name: { type: 'string' }, rawBytes: { type: 'integer' }, digest: { type: 'string' } },
        },
        ...problems(
          'TaskNotFound',
          'NotFound',
          'TaskEnded',
          'Conflict',
          'OutputTooLarge',
          'BodyTooLarge',
          'UnsupportedMediaType',
          'ValidationFailed',
          'BadRequest',
        ),
      },
    },
    handler: async (request) => {
      const { uid: task, ...place } = request.params;
      return deps.outputs.store(await admitted(deps, request), task, {
        ...place,
        gzip: request.body ?? Buffer.alloc(0),
      });
    },
  });
}

async function admitted(deps: TaskRoutesDeps, request: FastifyRequest): Promise<AgentPrincipal> {
  const agent = callingAgent(request);
  await deps.agents.admit(agent);
  return agent;
}
