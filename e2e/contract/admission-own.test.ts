import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CLUSTER_ADMIN, shipAccess, type ShippedAccess } from './fixtures/shipped-access.ts';
import { type ContractServer, onEachServer } from './servers.ts';

/** How long a server may take until it heeds a policy or a role. */
const HEEDED = { timeout: 30_000, interval: 100 };
const HASH = `sha256:${'0'.repeat(64)}`;
const SOMEBODY = 'github:12345';

/** The people and processes of the tests. */
type Who = 'viewer' | 'asker' | 'chief' | 'api' | 'operator' | 'cluster admin';
/** `ok`, `no right` (RBAC), or the policy that refuses. */
type Verdict = 'ok' | 'no right' | (string & {});

/** What is asked for; words in braces stand for names: {asker} for the user of that name, and so on. */
interface Try {
  who: Who;
  method: 'POST' | 'PATCH' | 'DELETE';
  /** In the namespace of people; of those that prove identity, in that of the release; users nowhere. */
  resource: string;
  /** An existing object and a subresource of it, for PATCH and DELETE. */
  on?: string;
  spec?: object;
  /** The whole body, where it is more than a spec. */
  body?: object;
  verdict: Verdict;
}

const create = (who: Who, resource: string, spec: object, verdict: Verdict): Try => ({
  who,
  method: 'POST',
  resource,
  spec,
  verdict,
});
/** `users/status` is that of the object that is there. */
const change = (who: Who, path: string, body: object, verdict: Verdict): Try => {
  const [resource = '', ...subresource] = path.split('/');
  return { who, method: 'PATCH', resource, on: ['there', ...subresource].join('/'), body, verdict };
};
const remove = (who: Who, resource: string, verdict: Verdict): Try => ({
  who,
  method: 'DELETE',
  resource,
  on: 'there',
  verdict,
});

const PROMPT = { prompt: 'Why is this machine slow?' };
const ON_AGENT = { ...PROMPT, agentRef: { name: 'web-1' } };
const TASK = {
  agentRef: { name: 'web-1' },
  type: 'CollectContext',
  collectContext: { items: ['cpu'] },
  policyHash: HASH,
  timeoutSeconds: 30,
};
const TOKEN = { tokenHash: HASH, agentNamespace: 'default', expirationTime: '2126-01-01T00:00:00Z' };
const USER = { provider: 'github', subject: '12345' };
const CREDENTIAL = { agentRef: { namespace: 'default', name: 'web-1' }, keyThumbprint: 'k'.repeat(43) };
const CODE = {
  client: 'Agent',
  deviceCodeHash: HASH,
  userCodeHash: `hmac-${HASH}`,
  address: '192.0.2.1',
  intervalSeconds: 5,
  expirationTime: '2126-01-01T00:00:00Z',
};
const READY = {
  type: 'Ready',
  status: 'True',
  reason: 'Active',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
const LOGIN = {
  id: 'a'.repeat(32),
  client: 'Browser',
  startTime: '2026-01-01T00:00:00Z',
  expirationTime: '2126-01-01T00:00:00Z',
};
const STATUS = { status: { lastLoginTime: '2026-01-01T00:00:00Z' } };

/** What may be named as a target, and who may give agents work. */
const TARGETS: Try[] = [
  create('viewer', 'investigations', ON_AGENT, 'no right'),
  create('asker', 'investigations', ON_AGENT, 'ok'),
  create('asker', 'investigations', { ...PROMPT, podRef: { name: 'shop' } }, 'ok'),
  create('asker', 'investigations', { ...PROMPT, nodeName: 'node1' }, 'investigation-targets'),
  create('chief', 'investigations', { ...PROMPT, nodeName: 'node1' }, 'ok'),
  create('api', 'investigations', { ...PROMPT, nodeName: 'node1' }, 'ok'),
  create('operator', 'investigations', ON_AGENT, 'no right'),
  create('chief', 'agenttasks', TASK, 'no right'),
  create('cluster admin', 'agenttasks', TASK, 'task-creators'),
  create('api', 'agenttasks', TASK, 'no right'),
  create('operator', 'agenttasks', TASK, 'ok'),
];

/** In whose name something may be asked for. */
const NAMES: Try[] = [
  create('asker', 'investigations', { ...ON_AGENT, requestedBy: '{asker}' }, 'ok'),
  create('asker', 'investigations', { ...ON_AGENT, requestedBy: '{chief}' }, 'requested-by'),
  create('chief', 'investigations', { ...ON_AGENT, requestedBy: '{asker}' }, 'requested-by'),
  create('api', 'investigations', { ...ON_AGENT, requestedBy: SOMEBODY }, 'ok'),
  // Who may act as somebody may speak for them.
  create('cluster admin', 'investigations', { ...ON_AGENT, requestedBy: SOMEBODY }, 'ok'),
  create('chief', 'enrollmenttokens', { ...TOKEN, createdBy: '{chief}' }, 'ok'),
  create('chief', 'enrollmenttokens', TOKEN, 'ok'),
  create('chief', 'enrollmenttokens', { ...TOKEN, createdBy: SOMEBODY }, 'token-makers'),
  create('asker', 'enrollmenttokens', TOKEN, 'no right'),
  create('api', 'enrollmenttokens', { ...TOKEN, createdBy: SOMEBODY }, 'ok'),
  create('chief', 'agents', { owner: '{chief}' }, 'ok'),
  create('chief', 'agents', {}, 'ok'),
  create('chief', 'agents', { owner: SOMEBODY }, 'agent-owners'),
  create('asker', 'agents', {}, 'no right'),
  create('api', 'agents', { owner: SOMEBODY }, 'ok'),
  change('chief', 'agents', { spec: { description: 'x' } }, 'ok'),
  change('chief', 'agents', { spec: { access: 'Revoked' } }, 'ok'),
  change('chief', 'agents', { spec: { owner: '{chief}' } }, 'ok'),
  change('chief', 'agents', { spec: { owner: '{asker}' } }, 'agent-owners'),
  change('viewer', 'agents', { spec: { access: 'Revoked' } }, 'no right'),
];

/** Who may say that an Agent is that of a node. */
const NODES: Try[] = [
  create('chief', 'agents', { nodeName: 'node1' }, 'agent-owners'),
  create('cluster admin', 'agents', { nodeName: 'node1' }, 'agent-owners'),
  create('api', 'agents', { nodeName: 'node1' }, 'ok'),
];

/** Who may write what proves identity. */
const IDENTITY: Try[] = [
  create('chief', 'users', USER, 'no right'),
  create('cluster admin', 'users', USER, 'identity-writers'),
  create('api', 'users', USER, 'ok'),
  change('chief', 'users', { spec: { access: 'Disabled' } }, 'ok'),
  change('chief', 'users', { spec: { email: 'chief@example.com' } }, 'identity-changes'),
  change('chief', 'users', { metadata: { labels: { a: 'b' } } }, 'identity-changes'),
  change('chief', 'users', { metadata: { annotations: { a: 'b' } } }, 'ok'),
  change('chief', 'users', { metadata: { annotations: { '{group}/issuer': 'https://b' } } }, 'identity-changes'),
  change('asker', 'users', { spec: { access: 'Disabled' } }, 'no right'),
  change('chief', 'users/status', STATUS, 'no right'),
  change('cluster admin', 'users/status', STATUS, 'identity-writers'),
  change('api', 'users/status', STATUS, 'ok'),
  create('cluster admin', 'agentcredentials', CREDENTIAL, 'identity-writers'),
  create('chief', 'agentcredentials', CREDENTIAL, 'no right'),
  create('operator', 'agentcredentials', CREDENTIAL, 'no right'),
  create('api', 'agentcredentials', CREDENTIAL, 'ok'),
  change('chief', 'agentcredentials', { spec: { access: 'Revoked' } }, 'ok'),
  change('chief', 'agentcredentials', { metadata: { labels: { a: 'b' } } }, 'identity-changes'),
  change('cluster admin', 'agentcredentials/status', { status: { machineID: 'x' } }, 'identity-writers'),
  change('api', 'agentcredentials/status', { status: { machineID: 'x' } }, 'ok'),
  create('cluster admin', 'devicecodes', CODE, 'identity-writers'),
  create('api', 'devicecodes', CODE, 'ok'),
  change('cluster admin', 'devicecodes', { metadata: { labels: { a: 'b' } } }, 'identity-changes'),
  change('cluster admin', 'devicecodes/status', { status: { replacesKey: true } }, 'identity-writers'),
  change('api', 'devicecodes/status', { status: { replacesKey: true } }, 'ok'),
  change('cluster admin', 'enrollmenttokens/status', { status: { uses: 0 } }, 'identity-writers'),
  change('api', 'enrollmenttokens/status', { status: { uses: 1 } }, 'ok'),
  // The operator judges and tidies up; it proves nobody's identity.
  change('operator', 'users/status', { status: { conditions: [READY] } }, 'ok'),
  change('operator', 'users/status', { status: { groups: ['nannyapi:admins'] } }, 'identity-conditions'),
  change('operator', 'users/status', { status: { sessions: [LOGIN] } }, 'identity-conditions'),
  change('operator', 'agentcredentials/status', { status: { conditions: [READY] } }, 'ok'),
  change('operator', 'agentcredentials/status', { status: { machineID: 'y' } }, 'identity-conditions'),
  change('operator', 'agentcredentials/status', { status: { accessTokenHash: HASH } }, 'identity-conditions'),
  change('operator', 'devicecodes/status', { status: { conditions: [READY] } }, 'no right'),
  change('operator', 'enrollmenttokens/status', { status: { conditions: [READY] } }, 'ok'),
  change('operator', 'enrollmenttokens/status', { status: { uses: 0 } }, 'identity-conditions'),
  change('chief', 'enrollmenttokens', { spec: { access: 'Revoked' } }, 'ok'),
];

/** What a garbage collector and the operator do must go on. */
const TIDYING: Try[] = [
  change('cluster admin', 'devicecodes', { metadata: { finalizers: ['example.com/x'] } }, 'ok'),
  change('cluster admin', 'users', { metadata: { ownerReferences: [] } }, 'ok'),
  ...(['devicecodes', 'agentcredentials', 'enrollmenttokens'] as const).flatMap((resource) => [
    remove('operator', resource, resource === 'enrollmenttokens' ? 'no right' : 'ok'),
    remove('chief', resource, 'ok'),
    remove('asker', resource, 'no right'),
  ]),
  remove('operator', 'users', 'no right'),
  remove('chief', 'users', 'ok'),
];

const SCENES = { targets: TARGETS, names: NAMES, nodes: NODES, identity: IDENTITY, tidying: TIDYING };
const OF_RELEASE = new Set(['devicecodes', 'agentcredentials', 'enrollmenttokens']);
const KINDS: Record<string, string> = {
  investigations: 'Investigation',
  agenttasks: 'AgentTask',
  agents: 'Agent',
  users: 'User',
  devicecodes: 'DeviceCode',
  agentcredentials: 'AgentCredential',
  enrollmenttokens: 'EnrollmentToken',
};

/** The stage: a namespace of people, and one object of each kind. */
class Stage {
  readonly access: ShippedAccess;
  readonly people: string;
  readonly users: ReadonlyMap<Who, string>;

  private constructor(access: ShippedAccess, people: string, users: ReadonlyMap<Who, string>) {
    this.access = access;
    this.people = people;
    this.users = users;
  }

  static async set(server: ContractServer): Promise<Stage> {
    const access = await shipAccess(server);
    const people = await server.createNamespace();
    const users = new Map<Who, string>([
      ['viewer', await access.addUser(people, 'viewer', { role: 'evidence-viewer' })],
      ['asker', await access.addUser(people, 'asker', { role: 'investigator', namespace: people })],
      ['chief', await access.addUser(people, 'chief', { role: 'admin' })],
      ['api', `${access.release}:${access.prefix}-api`],
      ['operator', `${access.release}:${access.prefix}-operator`],
      ['cluster admin', CLUSTER_ADMIN],
    ]);
    const stage = new Stage(access, people, users);
    for (const [resource, spec] of [
      ['agents', { owner: SOMEBODY }],
      ['users', USER],
      ['agentcredentials', CREDENTIAL],
      ['devicecodes', CODE],
      ['enrollmenttokens', TOKEN],
    ] as const) {
      const made = async (): Promise<void> => {
        const { code, text } = await stage.#send(
          { who: 'api', method: 'POST', resource, spec, verdict: 'ok' },
          'there',
        );
        if (code !== 201) throw new Error(text);
      };
      await vi.waitFor(made, HEEDED);
    }
    // Those that are installed last are in force, and with them all.
    const last = change('cluster admin', 'users', { metadata: { labels: { a: 'b' } } }, 'identity-changes');
    const heeded = async (): Promise<void> => {
      const verdict = await stage.act(last);
      if (verdict !== last.verdict) throw new Error(`not in force: ${verdict}`);
    };
    await vi.waitFor(heeded, HEEDED);
    return stage;
  }

  /** Tries something, and tells what came of it. */
  async act(attempt: Try): Promise<Verdict> {
    const { code, body, text } = await this.#send(attempt);
    if (code < 300) return 'ok';
    const [, policy] = /ValidatingAdmissionPolicy '([^']+)' with binding/.exec(body?.message ?? '') ?? [];
    if (code === 403 && policy !== undefined) return policy.replace(`${this.access.prefix}-`, '');
    return code === 403 ? 'no right' : text;
  }

  async #send({ who, method, resource, on, spec, body }: Try, name?: string): ReturnType<ShippedAccess['as']> {
    const { group, release } = this.access;
    const namespace = OF_RELEASE.has(resource) ? release : this.people;
    const place = resource === 'users' ? '' : `/namespaces/${namespace}`;
    const dryRun = name === undefined ? '?dryRun=All' : '';
    const path = `/apis/${group}/v1alpha1${place}/${resource}${on === undefined ? '' : `/${on}`}${dryRun}`;
    const apiVersion = `${group}/v1alpha1`;
    const created = { apiVersion, kind: KINDS[resource], metadata: { name: name ?? 'new' }, spec };
    const sent = method === 'POST' ? created : body;
    return await this.access.as(
      this.users.get(who) ?? '',
      method,
      path,
      sent === undefined ? undefined : this.#named(sent),
    );
  }

  /** A body in which `{asker}` is what the user is called. */
  #named(body: object): unknown {
    const text = JSON.stringify(body)
      .replaceAll('{group}', this.access.group)
      .replaceAll(/\{(asker|chief)\}/g, (_all, who: Who) => `system:serviceaccount:${this.users.get(who) ?? ''}`);
    return JSON.parse(text);
  }
}

onEachServer((server) => {
  describe('the access that the product ships', () => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.set(server);
    }, 120_000);

    it.concurrent.each(
      Object.entries(SCENES).flatMap(([scene, tries]) => tries.map((attempt) => ({ scene, ...attempt }))),
    )('$scene: $who $method $resource $on $spec $body: $verdict', async (attempt) => {
      // A right that was given a moment ago may not be heeded yet; a refusal that is wrong stays.
      await vi.waitFor(async () => expect(await stage.act(attempt)).toBe(attempt.verdict), {
        timeout: 5_000,
        interval: 100,
      });
    });
  });
});
