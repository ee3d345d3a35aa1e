import type { Clock } from '@nannyapi/process';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalName } from '../identity/principal.ts';
import type { Assets } from './assets/assets.ts';
import { layout, type PageContent, type PageContext, type Viewer } from './views/layout.ts';

/** Where the parts of a page may come from: this site, files of ours. Nothing inline, nothing foreign, no frame. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** What {@link PageWriter} needs. */
export interface PageWriterDeps {
  assets: Assets;
  clock: Clock;
}

/** Writes pages: what they all share, and the headers that make a browser hold to it. */
export class PageWriter {
  readonly #deps: PageWriterDeps;

  constructor(deps: PageWriterDeps) {
    this.#deps = deps;
  }

  /** What every page knows of its request. */
  contextOf(request: FastifyRequest): PageContext {
    const { assets, clock } = this.#deps;
    return { now: clock.now(), asset: (name) => assets.path(name), viewer: viewerOf(request) };
  }

  /** Answers with a page. */
  send(request: FastifyRequest, reply: FastifyReply, content: (context: PageContext) => PageContent): FastifyReply {
    return reply.type('text/html; charset=utf-8').send(this.write(request, reply, content));
  }

  /** Sets the headers of a page and returns its text. */
  write(request: FastifyRequest, reply: FastifyReply, content: (context: PageContext) => PageContent): string {
    const context = this.contextOf(request);
    const page = content(context);
    reply.headers({
      'content-security-policy': policyText(page),
      // Forms need an Origin, which browsers leave out where they may send no referrer at all.
      'referrer-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    });
    return layout(context, page).toString();
  }
}

function policyText({ hasDataImages }: PageContent): string {
  const policy = hasDataImages ? { ...POLICY, 'img-src': "'self' data:" } : POLICY;
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

function viewerOf({ authentication }: FastifyRequest): Viewer | undefined {
  if (!authentication) return undefined;
  const name = principalName(authentication.principal);
  const { displayName = name, csrfToken = '' } = authentication.session ?? {};
  return { name, displayName, csrfToken };
}
