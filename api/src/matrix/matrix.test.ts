import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityRig } from '../../testing/identity-rig.ts';
import { MATRIX, WHO, type Row } from './table.ts';

/** One case for each route and namespace. */
const CELLS = MATRIX.flatMap((row) => [
  { row, route: row.route, namespace: 'own', allowed: row.own },
  ...(row.other ? [{ row, route: row.route, namespace: 'other', allowed: row.other }] : []),
]);

let rig: IdentityRig;

beforeAll(async () => {
  rig = await IdentityRig.start({
    people: {
      expired: { role: 'nannyapi-admin', login: 'Expired' },
      revoked: { role: 'nannyapi-admin', login: 'Gone' },
      nobody: {},
      viewer: { role: 'nannyapi-viewer', namespace: 'own' },
      evidence: { role: 'nannyapi-evidence-viewer', namespace: 'own' },
      investigator: { role: 'nannyapi-investigator', namespace: 'own' },
      patcher: { role: 'nannyapi-patcher', namespace: 'own' },
      tenant: { role: 'nannyapi-admin', namespace: 'own' },
      admin: { role: 'nannyapi-admin' },
      neighbour: { role: 'nannyapi-admin', namespace: 'other' },
    },
    agents: {
      agent: { namespace: 'own', name: 'host' },
      otherAgent: { namespace: 'other', name: 'host' },
      revokedAgent: { namespace: 'own', name: 'revoked', access: 'Revoked' },
    },
  });
});

afterAll(async () => {
  await rig?.close();
});

describe('the matrix of rights', () => {
  it('has a row for every route', () => {
    const rows = MATRIX.map(({ route }) => route);
    const served = rig.facade.routes().map(({ method, path }) => `${method} ${path}`);
    expect(served.filter((route) => !rows.includes(route))).toEqual([]);
    expect(rows.filter((route) => !served.includes(route))).toEqual([]);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('is of routes that the OpenAPI document describes under a heading, but for pages', async () => {
    const { body } = await rig.call('admin', 'GET', '/openapi.json');
    const described = Object.entries(
      body.paths as Record<string, Record<string, { tags: string[]; summary: string }>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
    );
    const shown = rig.facade.routes().filter(({ isHidden }) => !isHidden);
    expect(described.map(({ route }) => route).toSorted()).toEqual(
      shown.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
    const headings = body.tags.map(({ name }: { name: string }) => name);
    for (const { route, operation } of described)
      expect([route, operation.summary, operation.tags.every((tag) => headings.includes(tag))]).toEqual([
        route,
        expect.any(String),
        true,
      ]);
    const hidden = rig.facade.routes().filter(({ isHidden }) => isHidden);
    expect(hidden.filter(({ config, path }) => config.page !== true && !path.startsWith('/assets/'))).toEqual([]);
  });

  it.each(CELLS)('$route in $namespace', async ({ row, namespace, allowed }) => {
    const statuses: Record<string, number> = {};
    for (const who of WHO) statuses[who] = await statusOf(row, who, namespace);
    expect(statuses).toEqual(expectedOf(row, allowed));
  });

  it('saw no answer that the OpenAPI document does not describe', () => {
    expect([...new Set(rig.faults())]).toEqual([]);
  });
});

/** The status that each of {@link WHO} is to get. */
function expectedOf(row: Row, allowed: Row['own']): Record<string, number> {
  const isRead = /^(GET|HEAD) /.test(row.route);
  return Object.fromEntries(
    WHO.map((who) => {
      if (allowed === 'everyone' || allowed.includes(who)) return [who, row.ok];
      const isUnknown = ['anonymous', 'expired', 'revoked'].includes(who);
      if (isUnknown) return [who, row.page && isRead ? 303 : 401];
      // A body is checked before the Agent is looked up; a revoked agent learns no more than that it was wrong.
      if (who === 'revokedAgent' && row.ok === 422) return [who, 422];
      return [who, 403];
    }),
  );
}

async function statusOf(row: Row, who: string, namespace: string): Promise<number> {
  const [method = '', template = ''] = row.route.split(' ');
  const values: Record<string, string> = {
    namespace,
    name: 'nothing-of-that-name',
    id: template.includes('session') ? '0'.repeat(32) : 's1-a1',
    uid: '11111111-2222-4333-8444-555555555555',
    actionID: 'a1',
    stream: 'stdout',
    chunk: '0',
    provider: 'nowhere',
    file: 'nothing.css',
  };
  const inNamespace = (text: string): string => text.replaceAll('NS', namespace);
  const path = template.replaceAll(/\{([A-Za-z]+)\}/g, (_whole, key: string) => values[key] ?? key);
  const query = row.query === undefined ? '' : `?${inNamespace(row.query)}`;
  const body = row.form === undefined ? row.body : inNamespace(row.form);
  return rig.status(who, method, `${path}${query}`, body);
}
