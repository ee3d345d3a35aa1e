/** Identity providers and a browser for tests: a real OpenID Connect provider, a strict stand-in for GitHub. */
export { Browser, type Page, type Visit } from './browser.ts';
export { CookieJar, type StoredCookie } from './cookie-jar.ts';
export {
  startGithubStandIn,
  type GithubAccount,
  type GithubFaults,
  type GithubOptions,
  type RunningGithub,
} from './github-stand-in.ts';
export type { HtmlForm } from './html-form.ts';
export {
  startOidcProvider,
  type OidcAccount,
  type OidcFaults,
  type OidcProviderOptions,
  type RunningOidcProvider,
} from './oidc-provider.ts';
