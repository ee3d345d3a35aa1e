import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLoginConfig, readLoginConfig } from './parse-login-config.ts';

const GOOGLE = `
  - id: google
    kind: google
    clientID: 1.apps.googleusercontent.com
    clientSecretFile: /etc/nannyapi/google
    allow: { domains: [Example.com] }
    groups:
      - { domain: example.com, group: staff }
`;
const GITHUB = `
  - id: github
    kind: github
    clientID: Ov23li0123456789abcd
    clientSecretFile: /etc/nannyapi/github
    allow: { orgs: [Acme], teams: [acme/SRE, 'id:77'], subjects: [583231] }
    groups:
      - { team: Acme/sre, group: nannyapi:admins }
      - { org: 'id:5', group: staff }
`;
const OIDC = `
  - id: corp
    kind: oidc
    title: Corporate login
    issuer: https://login.example.com/realms/corp
    clientID: nanny
    clientSecretFile: /etc/nannyapi/corp
    groupsClaim: roles
    scopes: [email]
    acrValues: [phr]
    amrValues: [mfa]
    logout: Provider
    allow: { groups: [SRE] }
    groups:
      - { claim: SRE, group: nannyapi:admins }
`;
const providers = (...items: string[]): string => `providers:${items.join('')}`;

/** The fields that are told of. */
function faultsOf(yaml: string): string[] {
  try {
    parseLoginConfig(yaml);
    return [];
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'InvalidConfig') throw error;
    return error.details.map(({ field = '' }) => field);
  }
}

describe('login configuration', () => {
  it('names providers of the three kinds, with what each needs', () => {
    const config = parseLoginConfig(`${providers(GOOGLE, GITHUB, OIDC)}\nsessionIdleMinutes: 30\nsessionHours: 8\n`);
    expect(config).toMatchObject({ sessionIdleMinutes: 30, sessionHours: 8, insecureIssuers: 'Refused' });
    const [google, github, corp] = config.providers;
    expect(google).toMatchObject({
      id: 'google',
      title: 'Google',
      logout: 'Local',
      allow: { domains: ['example.com'] },
    });
    expect(google?.issuer.href).toBe('https://accounts.google.com/');
    expect(github).toMatchObject({
      title: 'GitHub',
      allow: { orgs: ['acme'], teams: ['acme/sre', 'id:77'], subjects: ['583231'] },
      groups: [
        { from: 'team', value: 'acme/sre', group: 'nannyapi:admins' },
        { from: 'org', value: 'id:5', group: 'staff' },
      ],
    });
    expect(corp).toMatchObject({
      title: 'Corporate login',
      groupsClaim: 'roles',
      scopes: ['email'],
      acrValues: ['phr'],
      amrValues: ['mfa'],
      logout: 'Provider',
      allow: { groups: ['SRE'] },
    });
  });

  it('may be empty: then nobody logs in through a provider', () => {
    expect(parseLoginConfig('')).toMatchObject({ providers: [], sessionIdleMinutes: 60, sessionHours: 12 });
  });

  it('tells all that is wrong at once, by the path of the field, and repeats no value', () => {
    const yaml = `
sessionHours: 1000
colour: red
providers:
  - id: Google!
    kind: google
    clientID: ''
    clientSecret: hunter2
    allow: {}
  - id: hub
    kind: github
    clientID: x
    clientSecretFile: /x
    allow: { orgs: ['a b'] }
    groups:
      - { org: acme, team: acme/sre, group: 'system:masters' }
`;
    expect(faultsOf(yaml).toSorted()).toEqual(
      [
        'colour',
        'providers[0].allow',
        'providers[0].clientID',
        'providers[0].clientSecret',
        'providers[0].clientSecretFile',
        'providers[0].id',
        'providers[1].allow.orgs[0]',
        'providers[1].groups[0]',
        'providers[1].groups[0].group',
        'sessionHours',
      ].toSorted(),
    );
    expect(() => parseLoginConfig(yaml)).toThrow(/^(?!.*hunter2)/s);
  });

  it.each([
    ['Google without a domain', GOOGLE.replace(/allow:.*/, 'allow: {}')],
    ['Google without allow', GOOGLE.replace(/ *allow:.*\n/, '')],
    ['GitHub without org, team or subject', GITHUB.replace(/allow:.*/, 'allow: { orgs: [] }')],
    ['OIDC without a rule', OIDC.replace(/allow:.*/, 'allow: {}')],
  ])('refuses a provider that would let everyone in: %s', (_what, item) => {
    expect(faultsOf(providers(item))).toEqual(['providers[0].allow']);
  });

  it.each([
    ['domains of GitHub, where an address outlives the job', GITHUB.replace('orgs:', 'domains:'), 'allow.domains'],
    ['orgs of Google', GOOGLE.replace('domains:', 'orgs:'), 'allow.orgs'],
    ['teams of an OIDC issuer', OIDC.replace('groups: [SRE]', 'teams: [a/b]'), 'allow.teams'],
    ['scopes of GitHub, which are ours to choose', GITHUB.replace('allow:', 'scopes: [repo]\n    allow:'), 'scopes'],
  ])('knows no %s', (_what, item, field) => {
    expect(faultsOf(providers(item))).toContain(`providers[0].${field}`);
  });

  it.each(['system', 'local', 'agent', 'serviceaccount', 'kubernetes', 'nannyapi'])(
    'gives no provider the id %s, which names something else',
    (id) => {
      expect(faultsOf(providers(OIDC.replace('id: corp', `id: ${id}`)))).toEqual(['providers[0].id']);
    },
  );

  it('lets no two providers share an id', () => {
    expect(faultsOf(providers(OIDC, OIDC.replace('realms/corp', 'realms/other')))).toEqual(['providers[1].id']);
  });

  it.each(['system:masters', 'system:', ''])('maps nobody to the group "%s"', (group) => {
    expect(faultsOf(providers(OIDC.replace('nannyapi:admins', `'${group}'`)))).toEqual([
      'providers[0].groups[0].group',
    ]);
  });

  it.each([
    ['plain HTTP', 'http://login.example.com'],
    ['plain HTTP on loopback, unless it is allowed', 'http://127.0.0.1:1234'],
    ['a password', 'https://a:b@login.example.com'],
    ['a query', 'https://login.example.com?x=y'],
    ['another scheme', 'ftp://login.example.com'],
  ])('refuses an issuer with %s', (_what, issuer) => {
    expect(faultsOf(providers(OIDC.replace(/issuer:.*/, `issuer: ${issuer}`)))).toEqual(['providers[0].issuer']);
  });

  it('takes plain HTTP on loopback alone where it is allowed', () => {
    const yaml = (issuer: string): string =>
      `insecureIssuers: Loopback\n${providers(OIDC.replace(/issuer:.*/, `issuer: ${issuer}`))}`;
    for (const issuer of ['http://127.0.0.1:1234', 'http://localhost:1234', "'http://[::1]:1234'"])
      expect(faultsOf(yaml(issuer))).toEqual([]);
    for (const issuer of ['http://login.example.com', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example'])
      expect(faultsOf(yaml(issuer))).toEqual(['providers[0].issuer']);
  });

  it('takes no other issuer for Google', () => {
    const item = GOOGLE.replace('clientID', 'issuer: https://accounts.google.example\n    clientID');
    expect(faultsOf(providers(item))).toEqual(['providers[0].issuer']);
  });

  it('does not quote a file that is no YAML', () => {
    expect(() => parseLoginConfig('a: [hunter2')).toThrow(/^(?!.*hunter2)/s);
    expect(() => parseLoginConfig('a: [hunter2')).toThrow(expect.objectContaining({ code: 'InvalidConfig' }));
  });

  it.each(['- a', '"text"', 'providers: { a: b }', 'providers: [text]'])('refuses the wrong shape: %s', (yaml) => {
    expect(() => parseLoginConfig(yaml)).toThrow(expect.objectContaining({ code: 'InvalidConfig' }));
  });
});

describe('login configuration in a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nannyapi-login-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  it('is read with the files of its secrets', async () => {
    const secret = await put('secret', 'hunter2\n');
    const path = await put('login.yaml', providers(OIDC.replace('/etc/nannyapi/corp', secret)));
    expect((await readLoginConfig(path)).providers).toHaveLength(1);
  });

  it('is refused when a secret is not there or empty, naming each', async () => {
    const empty = await put('empty', ' \n');
    const yaml = providers(
      OIDC.replace('/etc/nannyapi/corp', empty),
      GITHUB.replace('/etc/nannyapi/github', '/no/such'),
    );
    const path = await put('bad.yaml', yaml);
    await expect(readLoginConfig(path)).rejects.toMatchObject({
      code: 'InvalidConfig',
      details: [{ field: 'providers[0].clientSecretFile' }, { field: 'providers[1].clientSecretFile' }],
    });
  });

  it('is refused when it is not there', async () => {
    await expect(readLoginConfig('/no/such/file')).rejects.toMatchObject({ code: 'InvalidConfig' });
  });
});
