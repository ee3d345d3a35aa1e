import { expect, it } from 'vitest';
import { randomToken, tokenFile } from './users.ts';

it('writes a line for each user, as kube-apiserver reads it', () => {
  const users = [
    { role: 'admin', name: 'admin', groups: ['system:masters'], token: 't1' },
    { role: 'node1', name: 'system:node:node1', groups: ['system:nodes', 'more'], token: 't2' },
  ];
  expect(tokenFile(users)).toBe(
    't1,admin,uid-admin,"system:masters"\nt2,system:node:node1,uid-node1,"system:nodes,more"\n',
  );
});

it('makes a different token each time', () => {
  expect(randomToken()).not.toBe(randomToken());
});
