import { expect, it } from 'vitest';
import { excessiveRights } from './excessive-rights.ts';
import type { Right } from './granted-rights.ts';

const SOUND: Right = { user: 'u', verb: 'get', group: '', resource: 'pods', isPath: false, source: 'ClusterRole r' };

it.each<[string, Partial<Right>, string[]]>([
  ['a plain right', {}, []],
  ['a Secret of a name', { resource: 'secrets', name: 'tls' }, []],
  ['any verb', { verb: '*' }, ['is a wildcard']],
  ['any resource', { resource: '*' }, ['is a wildcard']],
  ['any status', { resource: '*/status' }, ['is a wildcard']],
  ['any path below another', { resource: '/metrics/*', isPath: true }, ['is a wildcard']],
  ['exec', { resource: 'pods/exec', verb: 'create' }, ['gives a way into']],
  ['tokens of others', { resource: 'serviceaccounts/token', verb: 'create' }, ['gives a way into']],
  ['impersonation', { resource: 'users', verb: 'impersonate' }, ['lets it act as others']],
  ['all Secrets', { resource: 'secrets', verb: 'list' }, ['Secrets that are not named']],
])('%s', (_, over, problems) => {
  const found = excessiveRights([{ ...SOUND, ...over }]);
  expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});
