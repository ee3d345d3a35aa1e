import { join, type FieldReader, type TextRule } from './field-reader.ts';
import { isOwnGroup } from './identity.ts';
import { isLoopback } from './loopback.ts';
import type { AllowRules, GroupMapping, LoginConfig, LoginProviderConfig, LoginProviderKind } from './login-config.ts';

/** What each kind of provider can prove of a person, and so what rules may ask for. */
const RULES_OF: Record<LoginProviderKind, readonly (keyof AllowRules)[]> = {
  google: ['domains', 'subjects'],
  github: ['orgs', 'teams', 'subjects'],
  oidc: ['domains', 'groups', 'subjects'],
};
const MAPPINGS_OF: Record<LoginProviderKind, readonly GroupMapping['from'][]> = {
  google: ['domain', 'subject'],
  github: ['org', 'team', 'subject'],
  oidc: ['claim', 'domain', 'subject'],
};
const FIELDS_OF_ALL = ['id', 'kind', 'title', 'issuer', 'clientID', 'clientSecretFile', 'allow', 'groups'];
const FIELDS_OF: Record<LoginProviderKind, readonly string[]> = {
  google: FIELDS_OF_ALL,
  github: FIELDS_OF_ALL,
  oidc: [...FIELDS_OF_ALL, 'groupsClaim', 'scopes', 'acrValues', 'amrValues', 'logout'],
};
const DEFAULTS: Record<LoginProviderKind, { title: string; issuer?: string }> = {
  google: { title: 'Google', issuer: 'https://accounts.google.com' },
  github: { title: 'GitHub', issuer: 'https://github.com' },
  oidc: { title: 'Single sign-on' },
};
/** Ids that would make names which mean something already: those of agents, of the cluster, and of the local admin. */
const TAKEN_IDS = ['agent', 'kubernetes', 'local', 'nannyapi', 'serviceaccount', 'system'];

const ORG = '(?!-)[A-Za-z0-9-]{1,39}';
const TEXT = {
  id: { pattern: /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/, allowed: '1 to 32 lower-case letters, digits and dashes' },
  title: { pattern: /^[^\p{C}]{1,64}$/u, allowed: '1 to 64 characters' },
  issuer: { pattern: /^https?:\/\/\S{1,500}$/, allowed: 'a URL that starts with https://' },
  clientID: { pattern: /^[!-~]{1,256}$/, allowed: '1 to 256 printable ASCII characters' },
  clientSecretFile: { pattern: /^[^\p{C}]{1,4096}$/u, allowed: 'the path of a file' },
  domains: { pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, allowed: 'a domain, for example example.com' },
  orgs: { pattern: new RegExp(`^(${ORG}|id:\\d{1,15})$`), allowed: 'an organisation, or id:<number>' },
  teams: {
    pattern: new RegExp(`^(${ORG}/[A-Za-z0-9_-]{1,100}|id:\\d{1,15})$`),
    allowed: 'a team as <organisation>/<slug>, or id:<number>',
  },
  groups: { pattern: /^[^\p{C}]{1,256}$/u, allowed: '1 to 256 characters' },
  subjects: { pattern: /^[!-~]{1,255}$/, allowed: '1 to 255 printable ASCII characters' },
  group: { pattern: /^[^\p{C}\s]{1,253}$/u, allowed: 'a Kubernetes group of 1 to 253 characters' },
  token: { pattern: /^[!-~]{1,256}$/, allowed: '1 to 256 printable ASCII characters' },
} as const satisfies Record<string, TextRule>;
const RULE_OF_MAPPING = {
  domain: 'domains',
  org: 'orgs',
  team: 'teams',
  claim: 'groups',
  subject: 'subjects',
} as const satisfies Record<GroupMapping['from'], keyof AllowRules>;

/** Reads one item of `providers`. What is wrong with it is told to the reader. */
export function readProvider(
  reader: FieldReader,
  path: string,
  { value, insecureIssuers }: { value: unknown; insecureIssuers: LoginConfig['insecureIssuers'] },
): LoginProviderConfig {
  const at = (field: string): string => join(path, field);
  const { kind: kindValue } = (value ?? {}) as { kind?: unknown };
  const kind = reader.choice(at('kind'), kindValue, ['google', 'github', 'oidc']);
  const fields = reader.map(path, value, FIELDS_OF[kind]);
  const text = (field: string, rule: TextRule): string => reader.text(at(field), fields[field], rule);
  const tokens = (field: string): string[] => reader.texts(at(field), fields[field], TEXT.token);
  const defaults = DEFAULTS[kind];
  return {
    id: readID(reader, at('id'), fields['id']),
    kind,
    title: text('title', { ...TEXT.title, default: defaults.title }),
    issuer: readIssuer(reader, at('issuer'), {
      text: text('issuer', { ...TEXT.issuer, ...(defaults.issuer ? { default: defaults.issuer } : {}) }),
      kind,
      insecureIssuers,
    }),
    clientID: text('clientID', TEXT.clientID),
    clientSecretFile: text('clientSecretFile', TEXT.clientSecretFile),
    allow: readAllow(reader, at('allow'), { value: fields['allow'], kind }),
    groups: reader
      .list(at('groups'), fields['groups'], 500)
      .map((item, index) => readMapping(reader, `${at('groups')}[${index}]`, { value: item, kind })),
    groupsClaim: text('groupsClaim', { ...TEXT.token, default: 'groups' }),
    scopes: fields['scopes'] === undefined ? ['profile', 'email'] : tokens('scopes'),
    acrValues: tokens('acrValues'),
    amrValues: tokens('amrValues'),
    logout: reader.choice(at('logout'), fields['logout'] ?? 'Local', ['Local', 'Provider']),
  };
}

function readID(reader: FieldReader, path: string, value: unknown): string {
  const id = reader.text(path, value, TEXT.id);
  if (TAKEN_IDS.includes(id)) reader.fault(path, `must be none of: ${TAKEN_IDS.join(', ')}`);
  return id;
}

function readIssuer(
  reader: FieldReader,
  path: string,
  given: { text: string; kind: LoginProviderKind; insecureIssuers: LoginConfig['insecureIssuers'] },
): URL {
  const fallback = new URL('https://issuer.invalid');
  if (given.text === '') return fallback;
  const issuer = URL.parse(given.text);
  if (!issuer || issuer.username !== '' || issuer.password !== '' || issuer.search !== '' || issuer.hash !== '') {
    reader.fault(path, 'must be a URL without user, query and fragment');
    return fallback;
  }
  const isOfTest = given.insecureIssuers === 'Loopback' && isLoopback(issuer.hostname);
  if (issuer.protocol !== 'https:' && !isOfTest)
    reader.fault(
      path,
      'must start with https://; http:// is for an issuer on loopback, with insecureIssuers: Loopback',
    );
  if (given.kind === 'github' && issuer.pathname !== '/')
    reader.fault(path, 'must be the address of the server, without a path');
  if (given.kind === 'google' && issuer.href !== `${DEFAULTS.google.issuer}/` && !isOfTest)
    reader.fault(path, 'is always https://accounts.google.com; leave it out, or use kind oidc');
  return issuer;
}

function readAllow(
  reader: FieldReader,
  path: string,
  { value, kind }: { value: unknown; kind: LoginProviderKind },
): AllowRules {
  const fields = reader.map(path, value ?? {}, RULES_OF[kind]);
  const rule = (name: keyof AllowRules): string[] =>
    reader
      .texts(join(path, name), fields[name], TEXT[name])
      .map((text) => (isCaseless(name) ? text.toLowerCase() : text));
  const rules: AllowRules = {
    domains: rule('domains'),
    orgs: rule('orgs'),
    teams: rule('teams'),
    groups: rule('groups'),
    subjects: rule('subjects'),
  };
  if (RULES_OF[kind].every((name) => rules[name].length === 0))
    reader.fault(path, `must have a rule, or everyone could log in: ${RULES_OF[kind].join(', ')}`);
  return rules;
}

function readMapping(
  reader: FieldReader,
  path: string,
  { value, kind }: { value: unknown; kind: LoginProviderKind },
): GroupMapping {
  const sources = MAPPINGS_OF[kind];
  const fields = reader.map(path, value, [...sources, 'group']);
  const group = reader.text(join(path, 'group'), fields['group'], TEXT.group);
  if (group !== '' && !isOwnGroup(group))
    reader.fault(join(path, 'group'), 'must not begin with system:, whose names are the cluster’s own');
  const given = sources.filter((source) => fields[source] !== undefined);
  const [from] = given;
  if (!from || given.length > 1) {
    reader.fault(path, `must have one of: ${sources.join(', ')}`);
    return { from: 'subject', value: '', group };
  }
  const rule = RULE_OF_MAPPING[from];
  const text = reader.text(join(path, from), fields[from], TEXT[rule]);
  return { from, value: isCaseless(rule) ? text.toLowerCase() : text, group };
}

/** Domains and what GitHub calls orgs and teams are the same in any case. */
function isCaseless(rule: keyof AllowRules): boolean {
  return rule === 'domains' || rule === 'orgs' || rule === 'teams';
}
