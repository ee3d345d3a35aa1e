import { BlockList } from 'node:net';
import { join } from 'node:path';
import {
  CertificateFiles,
  createFacade,
  createLoginLinks,
  createSubjectAccessReviewAuthorizer,
  createTokenAuthenticator,
  createTokenReviewAuthenticator,
  installCommands,
  readLoginConfig,
  type Authenticator,
  type Facade,
  type FacadeConfig,
  type FacadeIdentity,
  type LoginLinks,
} from '@nannyapi/api';
import { CodedError, makeFolder, writeFileAtomic } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { apiServerFolder, SECRET_KEYS_FILE } from '../backup/data-folder.ts';
import type { ApiServerHandle } from '../server/start-api-server.ts';
import { RELEASE_NAMESPACE } from './access.ts';
import { tokenDigest } from './agent-token.ts';
import { localHost, originOf, originsOf, type FacadeAddresses } from './facade-addresses.ts';
import { FacadeCertificate } from './facade-certificate.ts';
import { chooseSite, type FacadeSite } from './facade-site.ts';
import { LOCAL_NAMESPACE } from './local-agent.ts';
import type { Parts } from './parts.ts';
import { ensureSecretKeys } from './secret-keys-file.ts';
import type { StandaloneOptions } from './standalone.ts';

/** What a facade of one machine stands on. */
export interface StartFacadeDeps {
  apiServer: ApiServerHandle;
  /** With the rights of the facade. */
  client: KubeClient;
  registry: Registry;
  /** The token of the local agent, and the name of its Agent. */
  localAgent: { token: string; name: string };
  parts: Parts;
  stop: AbortSignal;
}

/** A facade of one machine, listening. */
export interface RunningFacade {
  /** Where this machine reaches it, with a certificate of our own authority. */
  localURL: string;
  publicURL: URL;
  loginLinks: LoginLinks;
  /** What is typed on another host, as root, to install its agent and enrol it. */
  installCommand: string;
}

/**
 * Starts the facade of one machine on loopback and on what was asked for.
 *
 * @throws CodedError `PortInUse`, `AddressUnusable`, `CertificateUnusable`, `InvalidConfig`.
 */
export async function startFacade(options: StandaloneOptions, deps: StartFacadeDeps): Promise<RunningFacade> {
  const folder = join(options.dataDir, 'facade');
  await makeFolder(folder);
  const site = await chooseSite(options);
  const { publicURL, addresses } = site;
  const loginLinks = createLoginLinks({ publicURL, clock: options.clock });
  const own = ownCertificate(options, deps, { folder, names: site.names });
  const { certificateFiles } = options;
  const given = certificateFiles && new CertificateFiles({ ...options, ...certificateFiles });
  const identity = { ...(await identityOf(options, deps.apiServer, site)), loginLinks };
  const facade = createFacade({
    ...shared(options, deps),
    authenticator: authenticatorOf(options, deps),
    authorizer: createSubjectAccessReviewAuthorizer({ ...options, client: deps.client }),
    identity,
    config: await configOf(addresses, own, given),
  });
  await listen(facade, addresses, deps.stop);
  deps.parts.onClose(async () => {
    own.stop();
    given?.stop();
    await facade.close();
  });
  own.watch((files) => facade.useCertificate(files));
  given?.watch((files) => facade.useFurtherCertificate(files));
  const localURL = originOf(localHost(addresses.main)).origin;
  // By it `nanny standalone login-link` finds a control plane that runs.
  await writeFileAtomic(join(folder, 'url'), `${localURL}\n`, { mode: 0o600 });
  return { localURL, publicURL, loginLinks, installCommand: installCommands(identity).withCode() };
}

function shared({ clock, log }: StandaloneOptions, { client, registry }: StartFacadeDeps) {
  return { client, clock, log: log.child({ component: 'facade' }), registry };
}

function ownCertificate(
  { clock, log }: StandaloneOptions,
  { apiServer }: StartFacadeDeps,
  place: { folder: string; names: () => string[] },
): FacadeCertificate {
  const issue = (names: string[]) => apiServer.issueServerCertificate(names);
  return new FacadeCertificate({ ...place, caPem: apiServer.caPem, issue, clock, log });
}

async function configOf(
  { main, further }: FacadeAddresses,
  own: FacadeCertificate,
  given: CertificateFiles | undefined,
): Promise<FacadeConfig> {
  return { ...main, tls: await own.load(), further: { addresses: further, tls: await given?.read() } };
}

/** Whoever the API server knows, and the local agent, whose token is of no use there. */
function authenticatorOf(options: StandaloneOptions, deps: StartFacadeDeps): Authenticator {
  const { token, name } = deps.localAgent;
  const localAgent = createTokenAuthenticator([
    { sha256: tokenDigest(token), principal: { kind: 'agent', namespace: LOCAL_NAMESPACE, name } },
  ]);
  const others = createTokenReviewAuthenticator({
    ...shared(options, deps),
    // No node runs here, so nobody is such an agent.
    rule: { audience: 'nannyapi', namespace: RELEASE_NAMESPACE, serviceAccount: 'nannyapi-agent' },
    sharedAddresses: new BlockList(),
  });
  return {
    authenticate: async (bearer, origin) =>
      (await localAgent.authenticate(bearer, origin)) ?? (await others.authenticate(bearer, origin)),
  };
}

async function identityOf(
  { agentPackage, certificateFiles, dataDir, loginConfigPath }: StandaloneOptions,
  { caPem }: ApiServerHandle,
  { addresses, publicURL, names }: FacadeSite,
): Promise<FacadeIdentity> {
  const ports = new Set([addresses.main, ...addresses.further].map(({ port }) => port));
  return {
    namespace: RELEASE_NAMESPACE,
    agentNamespace: LOCAL_NAMESPACE,
    publicURL,
    origins: originsOf(names(), [...ports], publicURL),
    secretKeys: await ensureSecretKeys(join(apiServerFolder(dataDir), SECRET_KEYS_FILE)),
    loginConfig: loginConfigPath === undefined ? undefined : await readLoginConfig(loginConfigPath),
    // Of a given certificate nobody told us the authority: mostly every system knows it.
    caPem: certificateFiles ? undefined : caPem,
    agentPackage,
  };
}

async function listen(facade: Facade, { main, further }: FacadeAddresses, signal: AbortSignal): Promise<void> {
  try {
    await facade.start(signal);
  } catch (error) {
    const places = [main, ...further].map(({ host, port }) => `${host} port ${port}`).join(', ');
    throw notListening((error as NodeJS.ErrnoException).code, places, error);
  }
}

function notListening(code: string | undefined, places: string, cause: unknown): unknown {
  if (code === 'EADDRINUSE') {
    const message = `the facade cannot listen on ${places}: a port is in use; choose another or end what listens there`;
    return new CodedError({ code: 'PortInUse', status: 409, message, cause });
  }
  if (code === 'EADDRNOTAVAIL') {
    const message = `the facade cannot listen on ${places}: this machine does not have one of these addresses`;
    return new CodedError({ code: 'AddressUnusable', status: 400, message, cause });
  }
  return cause;
}
