import { env } from 'node:process';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { RawClient } from '@nannyapi/standalone/testing';
import { RBAC, type Rule } from './fixtures/people.ts';
import { uniqueName } from './servers.ts';

/** Another seed searches elsewhere, more rounds search longer. */
const SEED = Number(env['NANNYAPI_CONTRACT_SEED'] ?? 20_261_125);
const ROUNDS = Number(env['NANNYAPI_CONTRACT_ROUNDS'] ?? 6);
const QUESTIONS = 60;

const VERBS = ['get', 'list', 'create', 'patch', '*'];
const GROUPS = ['', 'apps', 'x.example.com', '*'];
const RESOURCES = ['pods', 'pods/log', 'things', '*/status', '*'];
const NAMES = ['a', 'b', ''];
const PATHS = ['/a', '/a/*', '/a*', '*', '/b/'];
const some = (words: string[], minLength = 1): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength, maxLength: 3 });

const RESOURCE_RULE: fc.Arbitrary<Rule> = fc.record({
  verbs: some(VERBS),
  apiGroups: some(GROUPS),
  resources: some(RESOURCES),
  resourceNames: some(NAMES, 0),
});
const PATH_RULE: fc.Arbitrary<Rule> = fc.record({ verbs: some(VERBS), nonResourceURLs: some(PATHS) });

interface Binding {
  rules: Rule[];
  subjects: { kind: string; name: string; namespace?: string }[];
  /** '' binds everywhere. */
  namespace: string;
  isClusterRole: boolean;
}

const SUBJECT = fc.oneof(
  fc.record({ kind: fc.constant('User'), name: fc.constantFrom('alice', 'bob', 'system:serviceaccount:one:worker') }),
  fc.record({ kind: fc.constant('Group'), name: fc.constantFrom('staff', 'system:serviceaccounts:one') }),
  fc.record({
    kind: fc.constant('ServiceAccount'),
    name: fc.constant('worker'),
    namespace: fc.constantFrom('one', 'two'),
  }),
);

const BINDING: fc.Arbitrary<Binding> = fc
  .record({
    namespace: fc.constantFrom('', 'one', 'two'),
    isClusterRole: fc.boolean(),
    subjects: fc.array(SUBJECT, { minLength: 1, maxLength: 3 }),
  })
  .chain((binding) => {
    const isClusterRole = binding.isClusterRole || binding.namespace === '';
    const rule = isClusterRole ? fc.oneof(RESOURCE_RULE, PATH_RULE) : RESOURCE_RULE;
    return fc.array(rule, { maxLength: 3 }).map((rules) => ({ ...binding, isClusterRole, rules }));
  });

const WHO = fc.record({
  user: fc.constantFrom(
    'alice',
    'bob',
    'carol',
    'system:serviceaccount:one:worker',
    'system:serviceaccount:two:worker',
  ),
  groups: some(['staff', 'system:serviceaccounts:one', 'others'], 0),
});
const QUESTION = fc.oneof(
  fc.record({
    who: WHO,
    resourceAttributes: fc.record({
      verb: fc.constantFrom(...VERBS, 'delete', ''),
      group: fc.constantFrom(...GROUPS),
      resource: fc.constantFrom('pods', 'things', 'others', '*'),
      subresource: fc.constantFrom('', 'log', 'status'),
      name: fc.constantFrom('a', 'b', 'c', ''),
      namespace: fc.constantFrom('one', 'two', 'three', ''),
    }),
  }),
  fc.record({
    who: WHO,
    nonResourceAttributes: fc.record({
      verb: fc.constantFrom(...VERBS),
      path: fc.constantFrom('/a', '/a/b', '/ab', '/b', '/b/', '/'),
    }),
  }),
);

type Question = typeof QUESTION extends fc.Arbitrary<infer T> ? T : never;

/** Names of one round, so that rounds and other tests do not meet. */
interface Names {
  round: string;
  of: (name: string) => string;
}

describe('random roles and bindings', () => {
  const { standalone, kube } = inject('contractServers');
  const isThere = !('missing' in kube);
  const servers: RawClient[] = [];
  beforeAll(() => {
    if (isThere) servers.push(new RawClient(standalone), new RawClient(kube));
    return () => servers.forEach((server) => server.close());
  });

  it.runIf(isThere)(
    'allow the same on both servers',
    async () => {
      const rounds = fc.sample(
        fc.tuple(
          fc.array(BINDING, { minLength: 3, maxLength: 8 }),
          fc.array(QUESTION, { minLength: QUESTIONS, maxLength: QUESTIONS }),
        ),
        { numRuns: ROUNDS, seed: SEED },
      );
      let allowed = 0;
      for (const [bindings, questions] of rounds) {
        const round = uniqueName('r');
        const names: Names = { round, of: (name) => `${round}-${name}` };
        for (const server of servers) await give(server, bindings, names);
        for (const question of questions) {
          const spec = specOf(question, names);
          const [ours, theirs] = await Promise.all(servers.map(async (server) => await ask(server, spec)));
          expect(ours, JSON.stringify({ spec, bindings })).toEqual(theirs);
          allowed += Number(theirs?.allowed);
        }
        for (const server of servers) await takeBack(server, bindings, names);
      }
      // Questions of which none were allowed would compare nothing.
      expect(allowed).toBeGreaterThan(ROUNDS);
    },
    120_000,
  );
});

/** Names of people and namespaces in a round. */
function renamed(name: string, { of }: Names): string {
  const account = /^system:serviceaccounts?:(\w+)(.*)$/.exec(name);
  if (account === null) return of(name);
  return name.replace(`:${account[1]}`, `:${of(account[1] ?? '')}`);
}

function specOf(question: Question, names: Names): object {
  const { who } = question;
  const resourceAttributes = 'resourceAttributes' in question ? question.resourceAttributes : undefined;
  const nonResourceAttributes = 'nonResourceAttributes' in question ? question.nonResourceAttributes : undefined;
  const namespace = resourceAttributes?.namespace ?? '';
  return {
    user: renamed(who.user, names),
    groups: who.groups.map((group: string) => renamed(group, names)),
    ...(resourceAttributes && {
      resourceAttributes: { ...resourceAttributes, namespace: namespace === '' ? '' : names.of(namespace) },
    }),
    ...(nonResourceAttributes && { nonResourceAttributes }),
  };
}

async function ask(server: RawClient, spec: object): Promise<{ allowed: boolean }> {
  const { body } = await server.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: { spec } });
  // Which of several bindings is named, is a matter of luck on a cluster.
  return { allowed: body.status.allowed };
}

async function give(server: RawClient, bindings: readonly Binding[], names: Names): Promise<void> {
  for (const namespace of ['one', 'two']) {
    await must(server, 'POST', '/api/v1/namespaces', { metadata: { name: names.of(namespace) } });
  }
  for (const [index, binding] of bindings.entries()) {
    const { rolePath, bindingPath, name, kind } = placeOf(binding, names, index);
    await must(server, 'POST', rolePath, { metadata: { name }, rules: binding.rules });
    const subjects = binding.subjects.map(({ kind: subjectKind, name: subject, namespace }) => ({
      kind: subjectKind,
      name: subjectKind === 'ServiceAccount' ? subject : renamed(subject, names),
      ...(namespace === undefined ? {} : { namespace: names.of(namespace) }),
    }));
    const marker = { kind: 'User', name: names.of(`marker-${index}`) };
    await must(server, 'POST', bindingPath, {
      metadata: { name },
      roleRef: { kind, name },
      subjects: [...subjects, marker],
    });
  }
  await untilKnown(server, bindings, names);
}

/** Each binding also names a user whose right shows that the server has taken it in. */
async function untilKnown(server: RawClient, bindings: readonly Binding[], names: Names): Promise<void> {
  for (const [index, { namespace, rules }] of bindings.entries()) {
    const [rule] = rules;
    if (rule === undefined) continue;
    const verb = rule.verbs[0];
    const spec = {
      user: names.of(`marker-${index}`),
      ...(rule.nonResourceURLs
        ? { nonResourceAttributes: { verb, path: rule.nonResourceURLs[0] } }
        : {
            resourceAttributes: {
              verb,
              group: rule.apiGroups?.[0],
              ...resourceOf(rule.resources?.[0] ?? ''),
              name: rule.resourceNames?.[0] ?? '',
              namespace: namespace === '' ? '' : names.of(namespace),
            },
          }),
    };
    // A path that is given in a namespace is given nowhere.
    if (namespace !== '' && rule.nonResourceURLs !== undefined) continue;
    await vi.waitFor(async () => expect((await ask(server, spec)).allowed).toBe(true), {
      timeout: 20_000,
      interval: 20,
    });
  }
}

function resourceOf(word: string): { resource: string; subresource: string } {
  const [resource = '', subresource = ''] = word.split('/');
  return { resource, subresource };
}

function placeOf(
  { namespace, isClusterRole }: Binding,
  names: Names,
  index: number,
): { rolePath: string; bindingPath: string; name: string; kind: string } {
  const inside = namespace === '' ? '' : `${RBAC}/namespaces/${names.of(namespace)}`;
  return {
    name: names.of(`role-${index}`),
    kind: isClusterRole ? 'ClusterRole' : 'Role',
    rolePath: isClusterRole ? `${RBAC}/clusterroles` : `${inside}/roles`,
    bindingPath: inside === '' ? `${RBAC}/clusterrolebindings` : `${inside}/rolebindings`,
  };
}

/** Roles of the cluster would be looked at by all later questions. */
async function takeBack(server: RawClient, bindings: readonly Binding[], names: Names): Promise<void> {
  for (const [index, binding] of bindings.entries()) {
    const { rolePath, bindingPath, name } = placeOf(binding, names, index);
    await must(server, 'DELETE', `${bindingPath}/${name}`);
    await must(server, 'DELETE', `${rolePath}/${name}`);
  }
}

async function must(server: RawClient, method: string, path: string, body?: object): Promise<void> {
  const { code, text } = await server.send(method, path, body === undefined ? {} : { body });
  if (code >= 300) throw new Error(`${method} ${path}: ${text}`);
}
