import type { FastifyInstance, RouteOptions } from 'fastify';

/** One path with one method, as it was registered. */
export interface ListedRoute {
  method: string;
  /** With parameters as the OpenAPI document writes them: `/api/v1/users/{name}`. */
  path: string;
  config: NonNullable<RouteOptions['config']>;
  /** Whether the OpenAPI document leaves it out, as it does pages and assets. */
  isHidden: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route, in the order of registration. */
    routeList: ListedRoute[];
  }
}

/** Keeps a list of all routes that are registered from now on, so that a test can hold it against a table of rights. */
export function listRoutes(app: FastifyInstance): void {
  const list: ListedRoute[] = [];
  app.decorate('routeList', list);
  app.addHook('onRoute', ({ method, url, config = {}, schema }) => {
    const path = url.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    const isHidden = schema?.hide === true;
    for (const one of [method].flat()) list.push({ method: one, path, config, isHidden });
  });
}
