import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../http/api-error.ts';
import type { Assets } from './assets.ts';

/** A year, the most that anyone asks for. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Serves the files that pages refer to. They hold no secret, and the login page needs them. */
export function registerAssetRoutes(app: FastifyInstance, { assets }: { assets: Assets }): void {
  app.route<{ Params: { file: string } }>({
    method: 'GET',
    url: '/assets/:file',
    config: { audience: 'everyone' },
    schema: {
      hide: true,
      params: {
        type: 'object',
        properties: { file: { type: 'string', maxLength: 128, pattern: '^[a-z0-9-]+\\.[a-z]+$' } },
      },
    },
    handler: async (request, reply) => {
      const asset = await assets.find(request.params.file);
      if (!asset) throw new ApiError('NotFound', 'There is no such asset');
      if (asset.isCurrent) reply.header('cache-control', FOR_EVER);
      return reply.type(asset.type).send(asset.body);
    },
  });
}
