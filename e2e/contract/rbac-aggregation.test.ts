import { expect, it, vi } from 'vitest';
import { RBAC, type Rule } from './fixtures/people.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { ownersOf, PATCH } from './write-answers.ts';

const CLUSTER_ROLES = `${RBAC}/clusterroles`;
const LATE = { timeout: 20_000, interval: 50 };
const rule = (resource: string): Rule => ({ verbs: ['get'], apiGroups: ['x.example.com'], resources: [resource] });

onEachServer((server) => {
  const rulesOf = async (name: string): Promise<Rule[] | null> =>
    (await server.raw.send('GET', `${CLUSTER_ROLES}/${name}`)).body.rules;
  const create = async (body: object): Promise<void> => {
    const { code, text } = await server.raw.send('POST', CLUSTER_ROLES, { body });
    if (code !== 201) throw new Error(text);
  };

  it('gathers the rules of the roles that it selects, each once, in the order of their names', async () => {
    const name = uniqueName('all');
    const label = `${name}.example.com/in`;
    const selectors = [
      { matchLabels: { [label]: 'yes' } },
      { matchExpressions: [{ key: label, operator: 'In', values: ['also'] }] },
    ];
    await create({ metadata: { name: `${name}-c`, labels: { [label]: 'also' } }, rules: [rule('c'), rule('b')] });
    await create({ metadata: { name: `${name}-b`, labels: { [label]: 'yes' } }, rules: [rule('b')] });
    await create({ metadata: { name: `${name}-n`, labels: { [label]: 'no' } }, rules: [rule('n')] });
    await create({
      metadata: { name, labels: { [label]: 'yes' } },
      aggregationRule: { clusterRoleSelectors: selectors },
      rules: [rule('own')],
    });
    await vi.waitFor(async () => expect(await rulesOf(name)).toEqual([rule('b'), rule('c')]), LATE);
    const answer = await server.raw.send('GET', `${CLUSTER_ROLES}/${name}`);
    expect(ownersOf(answer)).toContainEqual(['clusterrole-aggregation-controller', 'Apply', '', { 'f:rules': {} }]);

    await create({ metadata: { name: `${name}-a`, labels: { [label]: 'yes' } }, rules: [rule('a')] });
    await vi.waitFor(async () => expect(await rulesOf(name)).toEqual([rule('a'), rule('b'), rule('c')]), LATE);
    await server.raw.send('DELETE', `${CLUSTER_ROLES}/${name}-b`);
    await vi.waitFor(async () => expect(await rulesOf(name)).toEqual([rule('a'), rule('c'), rule('b')]), LATE);
    await server.raw.send('PATCH', `${CLUSTER_ROLES}/${name}-c`, {
      body: { metadata: { labels: null } },
      headers: PATCH.merge,
    });
    await vi.waitFor(async () => expect(await rulesOf(name)).toEqual([rule('a')]), LATE);
    await server.raw.send('PATCH', `${CLUSTER_ROLES}/${name}`, {
      body: { rules: [rule('mine')] },
      headers: PATCH.merge,
    });
    await vi.waitFor(async () => expect(await rulesOf(name)).toEqual([rule('a')]), LATE);
  });

  it('gathers through more than one role', async () => {
    const name = uniqueName('chain');
    const label = (of: string): string => `${name}.example.com/${of}`;
    const gathering = (of: string): object => ({ clusterRoleSelectors: [{ matchLabels: { [label(of)]: 'yes' } }] });
    await create({ metadata: { name: `${name}-top` }, aggregationRule: gathering('middle') });
    await create({
      metadata: { name: `${name}-middle`, labels: { [label('middle')]: 'yes' } },
      aggregationRule: gathering('low'),
    });
    await create({ metadata: { name: `${name}-low`, labels: { [label('low')]: 'yes' } }, rules: [rule('low')] });
    await vi.waitFor(async () => expect(await rulesOf(`${name}-top`)).toEqual([rule('low')]), LATE);
  });

  it('takes roles into view, edit and admin', async () => {
    const name = uniqueName('viewer');
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    const own = { ...rule('things'), resources: [name] };
    await create({ metadata: { name, labels }, rules: [own] });
    for (const role of ['view', 'edit', 'admin']) {
      await vi.waitFor(async () => expect(await rulesOf(role)).toContainEqual(own), LATE);
    }
    await server.raw.send('DELETE', `${CLUSTER_ROLES}/${name}`);
    for (const role of ['view', 'edit', 'admin']) {
      await vi.waitFor(async () => expect(await rulesOf(role)).not.toContainEqual(own), LATE);
    }
  });
});
