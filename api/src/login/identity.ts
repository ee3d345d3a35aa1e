import type { LoginProviderConfig } from './login-config.ts';
import { LoginError } from './login-error.ts';

/** What a provider has proved of a person. */
export interface ProvenIdentity {
  /** The subject of OIDC, the numeric id of GitHub: what stays when everything else about the account changes. */
  subject: string;
  facts: IdentityFacts;
  profile: Profile;
}

/** What rules and mappings are compared with; domains, orgs and teams in lower case. */
export interface IdentityFacts {
  domains: readonly string[];
  /** Each as its login and as `id:<number>`. */
  orgs: readonly string[];
  /** Each as `<org>/<slug>` and as `id:<number>`. */
  teams: readonly string[];
  groups: readonly string[];
}

/** For people to read; nothing is decided by it. */
export interface Profile {
  email?: string | undefined;
  name?: string | undefined;
  avatarURL?: string | undefined;
}

/** No facts at all. */
export const NO_FACTS: IdentityFacts = { domains: [], orgs: [], teams: [], groups: [] };

/** Most groups of one login, as the User object takes them. */
const MAX_GROUPS = 128;
/**
 * Longest subject: with its provider it must fit into `spec.requestedBy` (253).
 *
 * Only characters that mean nothing in logs, YAML lists and shells; every subject seen of a real provider fits.
 */
const SUBJECT = /^[A-Za-z0-9._~|@:/+=-]{1,200}$/;

/** The Kubernetes name of a person, for example `github:12345`. The provider's id holds no colon, so it is unambiguous. */
export function kubernetesName(provider: string, subject: string): string {
  return `${provider}:${subject}`;
}

/** @throws LoginError `SubjectRefused` for a subject that could be taken for something else. */
export function requirePlainSubject(subject: string): void {
  if (!SUBJECT.test(subject))
    throw new LoginError('SubjectRefused', 'The subject has characters or a length not taken');
}

/** @throws LoginError `NotAllowed` when the person fits no rule. */
export function requireAllowed({ subject, facts }: ProvenIdentity, { allow }: LoginProviderConfig): void {
  const isAllowed =
    allow.subjects.includes(subject) ||
    meets(allow.domains, facts.domains) ||
    meets(allow.orgs, facts.orgs) ||
    meets(allow.teams, facts.teams) ||
    meets(allow.groups, facts.groups);
  if (!isAllowed) throw new LoginError('NotAllowed', 'No allow rule fits the account');
}

/** The Kubernetes groups that the configuration maps for the person; nothing else brings a group. */
export function groupsOf({ subject, facts }: ProvenIdentity, { groups }: LoginProviderConfig): string[] {
  const values = {
    domain: facts.domains,
    org: facts.orgs,
    team: facts.teams,
    claim: facts.groups,
    subject: [subject],
  };
  const mapped = groups.filter(({ from, value }) => values[from].includes(value)).map(({ group }) => group);
  return [...new Set(mapped)].filter(isOwnGroup).slice(0, MAX_GROUPS);
}

/** Whether a group may be given to a person: those that begin with `system:` are the cluster's own. */
export function isOwnGroup(group: string): boolean {
  return group !== '' && !group.startsWith('system:');
}

function meets(allowed: readonly string[], facts: readonly string[]): boolean {
  return allowed.some((value) => facts.includes(value));
}
