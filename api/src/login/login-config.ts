/** `google`: OpenID Connect with Google's rules. `github`: OAuth 2 with GitHub's API. `oidc`: any OpenID Connect issuer. */
export type LoginProviderKind = 'google' | 'github' | 'oidc';

/** Who may log in; whoever fits one of the rules may. There is at least one. */
export interface AllowRules {
  /** Google: hosted domains (`hd`). OIDC: domains of verified e-mail addresses. */
  domains: readonly string[];
  /** GitHub: organisations, by login or as `id:<number>`. */
  orgs: readonly string[];
  /** GitHub: teams, as `<org>/<slug>` or `id:<number>`. */
  teams: readonly string[];
  /** OIDC: values of the groups claim. */
  groups: readonly string[];
  /** Subjects (OIDC, Google) or numeric ids (GitHub). */
  subjects: readonly string[];
}

/** What a provider says of a person, and the Kubernetes group that it brings. */
export interface GroupMapping {
  /** Which list of {@link AllowRules} the value is looked for in. */
  from: 'domain' | 'org' | 'team' | 'claim' | 'subject';
  value: string;
  /** Never one that starts with `system:`. */
  group: string;
}

/** One way to log in. */
export interface LoginProviderConfig {
  /** Part of paths and of the Kubernetes names of people; never reused for another issuer. */
  id: string;
  kind: LoginProviderKind;
  title: string;
  /** OIDC issuer; for GitHub the address of the server, by default `https://github.com`. */
  issuer: URL;
  clientID: string;
  /** The secret is read when it is needed, so that it may be renewed under a running process. */
  clientSecretFile: string;
  allow: AllowRules;
  groups: readonly GroupMapping[];
  /** OIDC: the claim that holds the groups of a person. */
  groupsClaim: string;
  /** OIDC: scopes beside `openid`. */
  scopes: readonly string[];
  /** OIDC: values one of which `acr` must have; empty asks for none. */
  acrValues: readonly string[];
  /** OIDC: values one of which must be in `amr`; empty asks for none. */
  amrValues: readonly string[];
  /** Whether logout ends the login at the provider too, where it offers that. */
  logout: 'Local' | 'Provider';
}

/** Who may log in and how long a login lasts. */
export interface LoginConfig {
  providers: readonly LoginProviderConfig[];
  /** Minutes without a request after which a login ends. */
  sessionIdleMinutes: number;
  /** Hours after which a login ends however busy it is. */
  sessionHours: number;
  /** `Loopback` lets issuers on this machine speak plain HTTP: for tests. */
  insecureIssuers: 'Refused' | 'Loopback';
}
