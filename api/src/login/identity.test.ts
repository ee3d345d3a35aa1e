import { describe, expect, it } from 'vitest';
import { groupsOf, NO_FACTS, requireAllowed, requirePlainSubject, type ProvenIdentity } from './identity.ts';
import type { AllowRules, GroupMapping, LoginProviderConfig } from './login-config.ts';
import { userObjectName, userObjectNameOf } from './user-name.ts';

const NO_RULES: AllowRules = { domains: [], orgs: [], teams: [], groups: [], subjects: [] };
const config = (allow: Partial<AllowRules>, groups: GroupMapping[] = []): LoginProviderConfig =>
  ({ allow: { ...NO_RULES, ...allow }, groups }) as unknown as LoginProviderConfig;
const identity = (facts: Partial<ProvenIdentity['facts']>, subject = '7'): ProvenIdentity => ({
  subject,
  facts: { ...NO_FACTS, ...facts },
  profile: {},
});

describe('allow rules', () => {
  it.each([
    [{ domains: ['example.com'] }, { domains: ['example.com'] }],
    [{ orgs: ['acme'] }, { orgs: ['other', 'acme'] }],
    [{ teams: ['id:9'] }, { teams: ['acme/sre', 'id:9'] }],
    [{ groups: ['sre'] }, { groups: ['sre'] }],
    [{ subjects: ['7'] }, {}],
    [{ orgs: ['nope'], subjects: ['7'] }, { orgs: ['acme'] }],
  ])('let in whoever fits one: %j with %j', (allow, facts) => {
    expect(() => requireAllowed(identity(facts), config(allow))).not.toThrow();
  });

  it.each([
    [{}, { domains: ['example.com'], orgs: ['acme'] }],
    [{ domains: ['example.com'] }, { domains: ['sub.example.com'] }],
    [{ domains: ['example.com'] }, { domains: ['evilexample.com'] }],
    [{ domains: ['example.com'] }, { groups: ['example.com'] }],
    [{ groups: ['sre'] }, { groups: ['SRE', 'sre2'] }],
    [{ teams: ['acme/sre'] }, { orgs: ['acme'], teams: ['other/sre'] }],
    [{ subjects: ['77'] }, {}],
  ])('keep everyone else out: %j with %j', (allow, facts) => {
    expect(() => requireAllowed(identity(facts), config(allow))).toThrow(
      expect.objectContaining({ code: 'NotAllowed' }),
    );
  });
});

describe('groups', () => {
  const mapping: GroupMapping[] = [
    { from: 'team', value: 'acme/sre', group: 'nannyapi:admins' },
    { from: 'org', value: 'acme', group: 'staff' },
    { from: 'claim', value: 'acme', group: 'wrong' },
    { from: 'subject', value: '7', group: 'staff' },
  ];

  it('come from the mapping alone, each once', () => {
    expect(groupsOf(identity({ orgs: ['acme'], teams: ['acme/sre'] }), config({}, mapping))).toEqual([
      'nannyapi:admins',
      'staff',
    ]);
    expect(groupsOf(identity({ groups: ['system:masters', 'nannyapi:admins'] }), config({}, mapping))).toEqual([
      'staff',
    ]);
  });

  it('never begin with system:, even if a configuration said so', () => {
    const evil: GroupMapping[] = [{ from: 'subject', value: '7', group: 'system:masters' }];
    expect(groupsOf(identity({}), config({}, evil))).toEqual([]);
  });
});

describe('subject', () => {
  it.each(['1098765432101234567890', 'auth0|5f7c', 'CiQwOGE4', 'a-b_c.d~e', 'https://id.example/u=1'])(
    'is taken as it is: %s',
    (subject) => expect(() => requirePlainSubject(subject)).not.toThrow(),
  );

  it.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['a line break', 'a\nb'],
    ['quotes', 'a"b'],
    ['a comma', 'a,b'],
    ['a letter that looks like another', '\u0430dmin'],
    ['a NUL', 'a\0'],
    ['too long a text for spec.requestedBy', 'a'.repeat(201)],
  ])('is refused with %s', (_what, subject) => {
    expect(() => requirePlainSubject(subject)).toThrow(expect.objectContaining({ code: 'SubjectRefused' }));
  });
});

describe('name of the User object', () => {
  it('is found from the Kubernetes name, and differs for each provider and subject', () => {
    expect(userObjectName('github', '583231')).toMatch(/^github-[0-9a-f]{16}$/);
    expect(userObjectNameOf('github:583231')).toBe(userObjectName('github', '583231'));
    expect(userObjectNameOf('corp:a:b')).toBe(userObjectName('corp', 'a:b'));
    expect(userObjectName('google', '583231')).not.toBe(userObjectName('github', '583231'));
  });

  it.each(['anna', 'system:serviceaccount:a:b', 'system:admin', '', ':x', 'Github:1'])(
    'does not exist for %s',
    (name) => {
      expect(userObjectNameOf(name)).toBeUndefined();
    },
  );
});
