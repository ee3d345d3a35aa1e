import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import { problems } from '../http/schemas.ts';
import { AGENT_ARCHS, type AgentArch, type AgentPackage } from './agent-package.ts';

/** What {@link registerInstallRoutes} needs. */
export interface InstallRoutesDeps {
  /** The authority of the facade's certificate, PEM; absent where it is one that every system trusts. */
  caPem?: string | undefined;
  /** Absent where this control plane gives no agents out. */
  agentPackage?: AgentPackage | undefined;
}

const NO_PACKAGE =
  'This control plane gives no agent out. In a cluster the DaemonSet runs on every node; for other hosts take the agent from a release';

/**
 * `/ca.crt`, `/install.sh` and `/download/…`: what a host needs before it can prove anything, so for everyone. Nothing of
 * it is secret; the fingerprint in the install command makes the first good, the first the others.
 */
export function registerInstallRoutes(app: FastifyInstance, deps: InstallRoutesDeps): void {
  const tags = ['install'];
  const config = { audience: 'everyone' as const };
  const file = (type: string, description: string) => ({
    200: { description, content: { [type]: { schema: { type: 'string' } } } },
  });

  app.route({
    method: 'GET',
    url: '/ca.crt',
    config,
    schema: {
      tags,
      security: [],
      summary:
        'The certificates that sign the one of this server, PEM; their fingerprint is the SHA-256 of these bytes',
      response: { ...file('application/x-pem-file', 'PEM'), ...problems('NotFound') },
    },
    handler: async (_request, reply) => {
      if (deps.caPem === undefined) {
        throw new ApiError(
          'NotFound',
          'The certificate of this server is signed by an authority that systems know already',
        );
      }
      return reply.type('application/x-pem-file').send(deps.caPem);
    },
  });

  app.route({
    method: 'GET',
    url: '/install.sh',
    config,
    schema: {
      tags,
      security: [],
      summary: 'The script that installs the agent on a host with systemd and enrols it',
      response: { ...file('text/x-shellscript', 'A script for a POSIX shell'), ...problems('NotFound') },
    },
    handler: async (_request, reply) => {
      return reply.type('text/x-shellscript; charset=utf-8').send(await packageOf(deps).script());
    },
  });

  registerDownloads(app, deps, { tags, config });
}

function registerDownloads(
  app: FastifyInstance,
  deps: InstallRoutesDeps,
  { tags, config }: { tags: string[]; config: { audience: 'everyone' } },
): void {
  for (const arch of AGENT_ARCHS) {
    const name = nameOf(arch);
    app.route({
      method: 'GET',
      url: `/download/${name}`,
      config,
      schema: {
        tags,
        security: [],
        summary: `The agent for Linux on ${arch}, with the Node that it runs on`,
        response: {
          200: {
            description: 'A gzipped tar archive',
            content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
          },
          ...problems('NotFound'),
        },
      },
      handler: async (_request, reply) => sendPackage(reply, await packageOf(deps).open(arch)),
    });
    app.route({
      method: 'GET',
      url: `/download/${name}.sha256`,
      config,
      schema: {
        tags,
        security: [],
        summary: `SHA-256 of the agent for Linux on ${arch}, as sha256sum -c takes it`,
        response: {
          200: { description: 'One line', content: { 'text/plain': { schema: { type: 'string' } } } },
          ...problems('NotFound'),
        },
      },
      handler: async (_request, reply) => {
        const { sha256 } = await packageOf(deps).open(arch);
        return reply.type('text/plain; charset=utf-8').send(`${sha256}  ${name}\n`);
      },
    });
  }
}

function sendPackage(
  reply: FastifyReply,
  { bytes, sha256, read }: Awaited<ReturnType<AgentPackage['open']>>,
): FastifyReply {
  return reply.type('application/gzip').header('content-length', bytes).header('etag', `"${sha256}"`).send(read());
}

function packageOf({ agentPackage }: InstallRoutesDeps): AgentPackage {
  if (agentPackage === undefined) throw new ApiError('NotFound', NO_PACKAGE);
  return agentPackage;
}

function nameOf(arch: AgentArch): string {
  return `nanny-agent-linux-${arch}.tar.gz`;
}
