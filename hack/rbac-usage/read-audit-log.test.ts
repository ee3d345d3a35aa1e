import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit-event.ts';
import { readAuditLog } from './read-audit-log.ts';

const OPERATOR = 'system:serviceaccount:nannyapi:nannyapi-operator';

function event(over: Partial<AuditEvent>, time = '2026-01-01T00:00:00Z'): AuditEvent {
  return {
    stage: 'ResponseComplete',
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/pods/web?timeout=5s',
    user: { username: OPERATOR },
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestReceivedTimestamp: time,
    ...over,
  };
}

describe('readAuditLog', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nannyapi-audit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = async (
    events: readonly (AuditEvent | string)[],
    part: { fromByte?: number; toByte?: number } = {},
  ): Promise<Awaited<ReturnType<typeof readAuditLog>>> => {
    const path = join(folder, 'audit.log');
    writeFileSync(path, events.map((each) => (typeof each === 'string' ? each : `${JSON.stringify(each)}\n`)).join(''));
    return await readAuditLog(path, { users: [OPERATOR], ...part });
  };

  it('reads a request as rules would write it', async () => {
    const status = { apiGroup: 'nannyai.dev', resource: 'investigations', subresource: 'status', name: 'slow' };
    expect(await read([event({ verb: 'patch', objectRef: status })])).toEqual([
      {
        user: OPERATOR,
        verb: 'patch',
        group: 'nannyai.dev',
        resource: 'investigations/status',
        namespace: '',
        name: 'slow',
        isForbidden: false,
        time: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  it('reads a call of a path that is no resource', async () => {
    const { objectRef: _objectRef, ...version } = event({ requestURI: '/version?x=1' });
    const [request] = await read([version]);
    expect(request?.path).toBe('/version');
    expect(request).not.toHaveProperty('resource');
  });

  it('keeps the same request once, and every one that was refused', async () => {
    const refused = { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'forbid' } };
    const requests = await read([event({}), event({}, 'later'), event(refused), event(refused, 'later')]);
    expect(requests.map(({ isForbidden }) => isForbidden)).toEqual([false, true, true]);
  });

  it('does not take a 403 of admission for a missing right', async () => {
    expect((await read([event({ responseStatus: { code: 403 } })]))[0]?.isForbidden).toBe(false);
  });

  it('passes over other users, requests that are not decided on, and a torn last line', async () => {
    const requests = await read([
      event({ user: { username: 'system:serviceaccount:kube-system:coredns' } }),
      event({ stage: 'RequestReceived' }),
      `{"stage":"ResponseComplete","user":{"username":"${OPERATOR}`,
    ]);
    expect(requests).toEqual([]);
  });

  it('takes a watch that has begun for a use: the server may end before the watch does', async () => {
    expect(await read([event({ stage: 'ResponseStarted', verb: 'watch' }), event({ verb: 'watch' })])).toHaveLength(1);
  });

  it('begins and ends where it is told', async () => {
    const events = ['list', 'get', 'watch'].map((verb) => event({ verb }));
    const [first, second] = events.map((each) => JSON.stringify(each).length + 1);
    const requests = await read(events, { fromByte: first!, toByte: first! + second! });
    expect(requests.map(({ verb }) => verb)).toEqual(['get']);
  });
});
