import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWidgetServer, type WidgetServer } from '../../testing/widget-server.ts';
import { startTestApiServer } from '../../testing/test-api-server.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from '../../testing/raw-client.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

/** Role and binding of one user; their names sort as their number does. */
async function give(raw: RawClient, number: number): Promise<void> {
  const name = `r${number}`;
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'] }];
  await raw.send('POST', `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
  const subjects = [
    { kind: 'Group', name: 'second' },
    { kind: 'Group', name: 'first' },
    { kind: 'User', name: `u${number}` },
  ];
  const roleRef = { kind: 'ClusterRole', name };
  await raw.send('POST', `${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
}

async function review(raw: RawClient, spec: object): Promise<{ allowed: boolean; reason?: string }> {
  const resourceAttributes = { verb: 'get', resource: 'configmaps' };
  return (await raw.send('POST', REVIEWS, { body: { spec: { ...spec, resourceAttributes } } })).body.status;
}

describe('rights', () => {
  let widgets: WidgetServer;
  beforeAll(async () => {
    widgets = await startWidgetServer();
    for (let number = 0; number < 3; number += 1) await give(widgets.raw, number);
  });
  afterAll(async () => await widgets.close());

  it('are told by the first binding in the order of names, and its first subject', async () => {
    const { reason } = await review(widgets.raw, { user: 'u2', groups: ['first', 'second'] });
    expect(reason).toBe('RBAC: allowed by ClusterRoleBinding "r0" of ClusterRole "r0" to Group "second"');
  });

  it('count from the moment in which a write is answered', async () => {
    expect(await review(widgets.raw, { user: 'u9' })).toEqual({ allowed: false });
    await give(widgets.raw, 9);
    expect((await review(widgets.raw, { user: 'u9' })).allowed).toBe(true);
    await widgets.raw.send('DELETE', `${RBAC}/clusterrolebindings/r9`);
    expect(await review(widgets.raw, { user: 'u9' })).toEqual({ allowed: false });
  });

  it('are no rights of a dry run', async () => {
    const body = {
      metadata: { name: 'dry' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'dry' }],
    };
    expect((await widgets.raw.send('POST', `${RBAC}/clusterrolebindings?dryRun=All`, { body })).code).toBe(201);
    expect(await review(widgets.raw, { user: 'dry' })).toEqual({ allowed: false });
  });

  it('outlive a restart, and what was taken out of the first roles is put back', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-rbac-'));
    const first = await startTestApiServer({ dataDir, crds: [] });
    const raw = new RawClient(first);
    await give(raw, 1);
    const merge = { 'content-type': 'application/merge-patch+json' };
    await raw.send('PATCH', `${RBAC}/clusterrolebindings/cluster-admin`, { headers: merge, body: { subjects: null } });
    await raw.send('PATCH', `${RBAC}/clusterroles/system:basic-user`, { headers: merge, body: { rules: [] } });
    const off = { metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } }, rules: [] };
    await raw.send('PATCH', `${RBAC}/clusterroles/system:discovery`, { headers: merge, body: off });
    raw.close();
    await first.close();
    const second = await startTestApiServer({ dataDir, crds: [] });
    const again = new RawClient(second);
    expect((await review(again, { user: 'u1' })).allowed).toBe(true);
    const read = async (path: string): Promise<any> => (await again.send('GET', `${RBAC}/${path}`)).body; // oxlint-disable-line typescript/no-explicit-any -- any part of any object
    expect((await read('clusterrolebindings/cluster-admin')).subjects).toHaveLength(1);
    expect((await read('clusterroles/system:basic-user')).rules).toHaveLength(3);
    expect((await read('clusterroles/system:discovery')).rules).toBeNull();
    again.close();
    await second.close();
    await rm(dataDir, { recursive: true });
  });
});
