/**
 * Who may use which route: the table that `matrix.test.ts` holds against a running facade.
 *
 * | who | is |
 * |---|---|
 * | `viewer` `evidence` `investigator` `patcher` `tenant` | has one role, the last one `nannyapi-admin`, bound in namespace `own` |
 * | `admin` | has `nannyapi-admin` in the whole cluster |
 * | `neighbour` | has `nannyapi-admin` in namespace `other` |
 * | `nobody` | is logged in and has no role |
 * | `agent` `otherAgent` | speaks for an Agent in `own`, in `other` |
 *
 * Beside them every route is asked by `anonymous`, by an `expired` and a `revoked` login, and by a `revokedAgent`.
 */
export const WHO = [
  'anonymous',
  'expired',
  'revoked',
  'revokedAgent',
  'agent',
  'otherAgent',
  'nobody',
  'viewer',
  'evidence',
  'investigator',
  'patcher',
  'tenant',
  'admin',
  'neighbour',
] as const;

/** One of {@link WHO}. */
export type Who = (typeof WHO)[number];

/** A route and who may use it. */
export interface Row {
  /** Method and path, as the OpenAPI document writes it. */
  route: string;
  /** The status for who may, when all that is asked for is absent or harmless. */
  ok: number;
  /** Who may in namespace `own`; and on routes without a namespace. */
  own: readonly Who[] | 'everyone';
  /** Who may in namespace `other`; absent for a route without a namespace. */
  other?: readonly Who[];
  /** What is sent; `NS` stands for the namespace. */
  body?: object;
  /** A form instead of JSON. */
  form?: string;
  /** The query; `NS` stands for the namespace. */
  query?: string;
  /** A page: who is not logged in and only looks is sent to the login (303). */
  page?: true;
}

const PEOPLE = ['nobody', 'viewer', 'evidence', 'investigator', 'patcher', 'tenant', 'admin', 'neighbour'] as const;
const AGENTS = ['agent', 'otherAgent'] as const;
const ADMIN = ['admin'] as const;
const NEIGHBOURS = ['admin', 'neighbour'] as const;
const AGENT_READERS = ['viewer', 'evidence', 'investigator', 'patcher', 'tenant', 'admin'] as const;
const RUN_READERS = ['viewer', 'evidence', 'investigator', 'tenant', 'admin'] as const;
const EVIDENCE_READERS = ['evidence', 'investigator', 'tenant', 'admin'] as const;
const INVESTIGATORS = ['investigator', 'tenant', 'admin'] as const;
const TENANTS = ['tenant', 'admin'] as const;

const NEW = { agentRef: { name: 'host' }, prompt: 'Why is this machine so slow?' };
const CODE = { userCode: 'BCDF-GHJK' };
const JOURNAL = '00000000-0000-4000-8000-000000000001';
const POLICY = `sha256:${'a'.repeat(64)}`;

const PROGRESS = { actionID: 'a1', state: 'Started', source: 'uptime', time: '2026-01-01T00:00:00Z' };

const RUN = '/api/v1/namespaces/{namespace}/investigations';
const AGENT = '/api/v1/namespaces/{namespace}/agents';
const TASK = '/agent/v1/tasks/{uid}';

/** For people: what hosts there are, and what is asked of them. */
const RUNS: readonly Row[] = [
  { route: `GET ${AGENT}`, ok: 200, own: AGENT_READERS, other: NEIGHBOURS },
  { route: `GET ${AGENT}/{name}`, ok: 404, own: AGENT_READERS, other: NEIGHBOURS },
  { route: `PATCH ${AGENT}/{name}`, ok: 404, own: TENANTS, other: NEIGHBOURS, body: { suspend: true } },
  { route: `DELETE ${AGENT}/{name}`, ok: 404, own: TENANTS, other: NEIGHBOURS },
  { route: 'GET /api/v1/agents', ok: 200, own: ADMIN, query: 'allNamespaces=true' },

  { route: `GET ${RUN}`, ok: 200, own: RUN_READERS, other: NEIGHBOURS },
  { route: 'GET /api/v1/investigations', ok: 200, own: ADMIN, query: 'allNamespaces=true' },
  { route: `POST ${RUN}`, ok: 201, own: INVESTIGATORS, other: NEIGHBOURS, body: NEW },
  { route: 'POST /api/v1/investigations', ok: 201, own: ADMIN, body: NEW },
  { route: `GET ${RUN}/{name}`, ok: 404, own: RUN_READERS, other: NEIGHBOURS },
  { route: `DELETE ${RUN}/{name}`, ok: 404, own: INVESTIGATORS, other: NEIGHBOURS },
  { route: `POST ${RUN}/{name}/cancel`, ok: 404, own: INVESTIGATORS, other: NEIGHBOURS },
  { route: `GET ${RUN}/{name}/events`, ok: 404, own: RUN_READERS, other: NEIGHBOURS },
  { route: `GET ${RUN}/{name}/evidence`, ok: 404, own: EVIDENCE_READERS, other: NEIGHBOURS },
  { route: `GET ${RUN}/{name}/evidence/{id}`, ok: 404, own: EVIDENCE_READERS, other: NEIGHBOURS },
  { route: `HEAD ${RUN}/{name}/evidence/{id}`, ok: 404, own: EVIDENCE_READERS, other: NEIGHBOURS },
];

/** For people: who else is here, and how hosts come in. What is stored for all tenants together is for its admin alone. */
const IDENTITY: readonly Row[] = [
  { route: 'GET /api/v1/me', ok: 200, own: PEOPLE },
  { route: 'GET /api/v1/me/sessions', ok: 200, own: PEOPLE },
  { route: 'DELETE /api/v1/me/sessions/{id}', ok: 404, own: PEOPLE },
  { route: 'GET /api/v1/users', ok: 200, own: ADMIN },
  { route: 'GET /api/v1/users/{name}', ok: 404, own: ADMIN },
  { route: 'PATCH /api/v1/users/{name}', ok: 404, own: ADMIN, body: { access: 'Disabled' } },
  { route: 'DELETE /api/v1/users/{name}', ok: 404, own: ADMIN },
  { route: 'GET /api/v1/users/{name}/sessions', ok: 404, own: ADMIN },
  { route: 'DELETE /api/v1/users/{name}/sessions/{id}', ok: 404, own: ADMIN },

  { route: 'GET /api/v1/enrollment-tokens', ok: 200, own: ADMIN },
  { route: 'POST /api/v1/enrollment-tokens', ok: 201, own: ADMIN, body: { agentNamespace: 'own' } },
  { route: 'GET /api/v1/enrollment-tokens/{name}', ok: 404, own: ADMIN },
  { route: 'DELETE /api/v1/enrollment-tokens/{name}', ok: 404, own: ADMIN },
  { route: 'POST /api/v1/enrollment-tokens/{name}/revoke', ok: 404, own: ADMIN },

  { route: 'GET /api/v1/agent-credentials', ok: 200, own: ADMIN },
  { route: 'GET /api/v1/agent-credentials/{name}', ok: 404, own: ADMIN },
  { route: `POST ${AGENT}/{name}/revoke-credential`, ok: 404, own: TENANTS, other: NEIGHBOURS },

  { route: 'GET /api/v1/device-codes', ok: 200, own: ADMIN },
  // Who has the code decides; what they may make of the host is asked when there is one.
  { route: 'POST /api/v1/device-codes/find', ok: 404, own: PEOPLE, body: CODE },
  {
    route: 'POST /api/v1/device-codes/approve',
    ok: 404,
    own: PEOPLE,
    body: { ...CODE, namespace: 'own', name: 'new' },
  },
  { route: 'POST /api/v1/device-codes/deny', ok: 404, own: PEOPLE, body: CODE },
];

/** For agents: their own tasks, and nothing of people. A task of another agent is one that is not there. */
const AGENT_PROTOCOL: readonly Row[] = [
  { route: 'GET /agent/v1/stream', ok: 200, own: AGENTS },
  { route: 'POST /agent/v1/heartbeat', ok: 422, own: AGENTS, body: {} },
  { route: 'POST /agent/v1/investigations', ok: 422, own: AGENTS, body: {} },
  { route: `POST ${TASK}/claim`, ok: 404, own: AGENTS, body: { journalID: JOURNAL, policyHash: POLICY } },
  { route: `POST ${TASK}/progress`, ok: 404, own: AGENTS, body: PROGRESS },
  {
    route: `POST ${TASK}/result`,
    ok: 404,
    own: AGENTS,
    body: { journalID: JOURNAL, outcome: 'Succeeded', results: [] },
  },
  { route: `PUT ${TASK}/output/{actionID}/{stream}/{chunk}`, ok: 404, own: AGENTS },
];

const SYSTEM: readonly Row[] = [
  { route: 'GET /healthz', ok: 200, own: 'everyone' },
  { route: 'GET /readyz', ok: 200, own: 'everyone' },
  { route: 'GET /metrics', ok: 200, own: [] },
  { route: 'GET /openapi.json', ok: 200, own: PEOPLE },
];

/** How people and hosts come in; nobody is known there yet. */
const DOORS: readonly Row[] = [
  { route: 'GET /login', ok: 200, own: 'everyone', page: true },
  { route: 'GET /login/link', ok: 200, own: 'everyone', page: true },
  { route: 'POST /login/link', ok: 403, own: 'everyone', page: true, form: 'token=wrong' },
  { route: 'GET /auth/{provider}/start', ok: 404, own: 'everyone', page: true },
  { route: 'GET /auth/{provider}/callback', ok: 404, own: 'everyone', page: true },
  { route: 'POST /logout', ok: 303, own: PEOPLE, page: true, form: '' },
  { route: 'POST /api/v1/login-links', ok: 201, own: [] },
  { route: 'GET /.well-known/oauth-authorization-server', ok: 200, own: 'everyone' },
  { route: 'POST /oauth/device_authorization', ok: 400, own: 'everyone', form: 'client_id=unknown' },
  { route: 'POST /oauth/token', ok: 400, own: 'everyone', form: 'client_id=unknown&grant_type=refresh_token' },
  { route: 'POST /oauth/revoke', ok: 400, own: 'everyone', form: 'client_id=nanny-agent&token=wrong' },
];

/** What a host needs before it is anybody: the installer, the authority, the agent. The replica of the test has none of it. */
const INSTALL: readonly Row[] = ['/ca.crt', '/install.sh', ...['x64', 'arm64'].flatMap(packagesOf)].map((path) => ({
  route: `GET ${path}`,
  ok: 404,
  own: 'everyone',
}));

function packagesOf(arch: string): string[] {
  const path = `/download/nanny-agent-linux-${arch}.tar.gz`;
  return [path, `${path}.sha256`];
}

const AGENT_PAGE = '/agents/{namespace}/{name}';
const RUN_PAGE = '/investigations/{namespace}/{name}';
const IN_NS = { query: 'namespace=NS' };
const NEW_FORM = 'namespace=NS&target=agent&name=host&prompt=Why+is+this+machine+slow%3F&priority=Medium';
const NEW_TOKEN_FORM = 'namespace=own&maxUses=1&hours=1&description=&addresses=';

/** The pages of people, with the rights of the REST API. */
const PAGE_ROWS: readonly Row[] = [
  { route: 'GET /', ok: 303, own: PEOPLE },
  { route: 'GET /docs', ok: 200, own: PEOPLE },
  { route: 'GET /assets/{file}', ok: 404, own: 'everyone' },
  { route: 'GET /agents', ok: 200, own: AGENT_READERS, other: NEIGHBOURS, ...IN_NS },
  { route: `GET ${AGENT_PAGE}`, ok: 404, own: AGENT_READERS, other: NEIGHBOURS },
  { route: `POST ${AGENT_PAGE}/disable`, ok: 404, own: TENANTS, other: NEIGHBOURS, form: '' },
  { route: `POST ${AGENT_PAGE}/enable`, ok: 404, own: TENANTS, other: NEIGHBOURS, form: '' },
  { route: `POST ${AGENT_PAGE}/revoke`, ok: 404, own: TENANTS, other: NEIGHBOURS, form: '' },
  { route: `POST ${AGENT_PAGE}/delete`, ok: 404, own: TENANTS, other: NEIGHBOURS, form: '' },
  { route: 'GET /investigations', ok: 200, own: RUN_READERS, other: NEIGHBOURS, ...IN_NS },
  { route: 'GET /investigations/new', ok: 200, own: INVESTIGATORS, other: NEIGHBOURS, ...IN_NS },
  { route: 'POST /investigations/new', ok: 303, own: INVESTIGATORS, other: NEIGHBOURS, form: NEW_FORM },
  { route: `GET ${RUN_PAGE}`, ok: 404, own: RUN_READERS, other: NEIGHBOURS },
  { route: `GET ${RUN_PAGE}/evidence/{id}`, ok: 404, own: EVIDENCE_READERS, other: NEIGHBOURS },
  { route: `POST ${RUN_PAGE}/cancel`, ok: 404, own: INVESTIGATORS, other: NEIGHBOURS, form: '' },
  { route: `POST ${RUN_PAGE}/delete`, ok: 404, own: INVESTIGATORS, other: NEIGHBOURS, form: '' },
  { route: 'GET /device', ok: 200, own: PEOPLE },
  { route: 'POST /device', ok: 404, own: PEOPLE, form: 'user_code=BCDF-GHJK' },
  { route: 'POST /device/decision', ok: 404, own: PEOPLE, form: 'user_code=BCDF-GHJK&decision=deny' },
  // What a person may not see of it is left out of the page.
  { route: 'GET /enrollment', ok: 200, own: PEOPLE },
  { route: 'POST /enrollment/tokens', ok: 201, own: ADMIN, form: NEW_TOKEN_FORM },
  { route: 'POST /enrollment/tokens/{name}/revoke', ok: 404, own: ADMIN, form: '' },
  { route: 'GET /sessions', ok: 200, own: PEOPLE },
  { route: 'POST /sessions/{id}/end', ok: 404, own: PEOPLE, form: '' },
];
const PAGES = PAGE_ROWS.map((row): Row => ({ ...row, page: true }));

/** Ends the logins that all others need, and is tried last. */
const LAST: readonly Row[] = [{ route: 'POST /sessions/end-others', ok: 303, own: PEOPLE, page: true, form: '' }];

/** Every route, pages too. */
export const MATRIX: readonly Row[] = [
  ...RUNS,
  ...IDENTITY,
  ...AGENT_PROTOCOL,
  ...SYSTEM,
  ...DOORS,
  ...INSTALL,
  ...PAGES,
  ...LAST,
];
