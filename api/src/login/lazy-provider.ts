import type { IdentityProvider } from './identity-provider.ts';
import type { ProviderDeps } from './provider-deps.ts';

/**
 * A provider whose code is loaded at its first login: the client library of OAuth costs an idle facade 8 MB, and many a
 * facade sees no login for days.
 */
export function createProvider(deps: ProviderDeps): IdentityProvider {
  let loading: Promise<IdentityProvider> | undefined;
  const load = (): Promise<IdentityProvider> => (loading ??= loadProvider(deps));
  return {
    config: deps.config,
    begin: async (attempt) => (await load()).begin(attempt),
    finish: async (callback, attempt) => (await load()).finish(callback, attempt),
    endSessionURL: async (returnURL) => (await load()).endSessionURL(returnURL),
  };
}

async function loadProvider(deps: ProviderDeps): Promise<IdentityProvider> {
  if (deps.config.kind === 'github') {
    const { GithubProvider } = await import('./github-provider.ts');
    return new GithubProvider(deps);
  }
  const { OidcProvider } = await import('./oidc-provider.ts');
  return new OidcProvider(deps);
}
