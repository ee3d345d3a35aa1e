import type { RawAnswer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { forwardFacade, type ForwardedFacade } from '../harness/facade.ts';
import { startOutsideHost, statusOf } from '../harness/outside-host.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';

const USER_CODE = /\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b/u;
const TOKENS = '/api/v1/enrollment-tokens';
const CODES = '/api/v1/device-codes';
const AGENTS = `/api/v1/namespaces/${SHOP}/agents`;
const RUNS = `/api/v1/namespaces/${SHOP}/investigations`;
/** How long the exclusion of a host may take to be felt. */
const FELT = { timeout: 30_000, interval: 500 };
/** A host that was refused asks again after a while, and only then knows what has become of it. */
const BACK = { timeout: 100_000, interval: 1000 };

/** What the API answered. */
interface Answer {
  status: number;
  body: RawAnswer['body'];
}

/** Hosts that are no nodes of the cluster, and the people who let them in. */
export function hosts(at: () => Story): void {
  describe('a host outside of the cluster', () => {
    let facade: ForwardedFacade;
    let chief = '';
    let asker = '';
    const kubectl = (): ReturnType<typeof inNamespace> => inNamespace(at().session.kubectl, SHOP);
    const call = async (token: string, method: string, path: string, body?: object): Promise<Answer> => {
      const { status, text } = await facade.call(token, method, path, body);
      return { status, body: text === '' ? undefined : JSON.parse(text) };
    };

    beforeAll(async () => {
      const admin = ['--clusterrole=nannyapi-admin', `--serviceaccount=${SHOP}:chief`];
      const investigator = ['--clusterrole=nannyapi-investigator', `--serviceaccount=${SHOP}:asker`];
      for (const name of ['chief', 'asker']) await mustKubectl(kubectl(), ['create', 'serviceaccount', name]);
      await mustKubectl(kubectl(), ['create', 'clusterrolebinding', 'shop-chief', ...admin]);
      await mustKubectl(kubectl(), ['create', 'rolebinding', 'shop-asker', ...investigator]);
      chief = (await mustKubectl(kubectl(), ['create', 'token', 'chief'])).trim();
      asker = (await mustKubectl(kubectl(), ['create', 'token', 'asker'])).trim();
      facade = await forwardFacade(at().session);
    });
    afterAll(async () => {
      await facade?.close();
      await kubectl()(['delete', 'clusterrolebinding', 'shop-chief', '--ignore-not-found']);
      await kubectl()(['delete', 'pod', 'bought', 'coded', '--ignore-not-found', '--wait=false']);
    });

    it('comes in with an install token, once, and is investigated', { timeout: 180_000 }, async () => {
      const wanted = { agentNamespace: SHOP, description: 'for the host that was bought' };
      expect((await call(asker, 'POST', TOKENS, wanted)).status).toBe(403);
      const made = await call(chief, 'POST', TOKENS, wanted);
      expect(made.status).toBe(201);
      await startOutsideHost(at().session, { name: 'bought', token: made.body.token });
      await ready('bought');
      const { spec } = await kubectl().json<{ spec: { owner?: string; nodeName?: string } }>([
        'get',
        'agent',
        'bought',
      ]);
      expect(spec).toEqual(expect.objectContaining({ owner: `system:serviceaccount:${SHOP}:chief` }));
      expect(spec.nodeName).toBeUndefined();
      const run = { name: 'how-is-bought', agentRef: { name: 'bought' }, prompt: 'How is this host?' };
      expect((await call(asker, 'POST', RUNS, run)).status).toBe(201);
      expect((await facade.call(asker, 'GET', `${RUNS}/how-is-bought/events`)).text).toContain('event: verdict');
      expect((await call(asker, 'DELETE', `${RUNS}/how-is-bought`)).status).toBe(204);
      const token = `${TOKENS}/${made.body.object.metadata.name}`;
      const used = await call(chief, 'GET', token);
      expect(used.body.status.uses).toBe(1);
      expect((await call(chief, 'GET', TOKENS)).body.items).toHaveLength(1);
      expect((await call(chief, 'POST', `${token}/revoke`)).status).toBe(200);
      expect((await call(chief, 'DELETE', token)).status).toBe(204);
    });

    it('comes in with a code that somebody with the right approves', { timeout: 120_000 }, async () => {
      await startOutsideHost(at().session, { name: 'coded' });
      const userCode = await vi.waitFor(async () => {
        const [code] = USER_CODE.exec((await kubectl()(['logs', 'coded'])).stdout) ?? [];
        if (code === undefined) throw new Error('it has not shown a code yet');
        return code;
      }, FELT);
      const waiting = await call(chief, 'GET', CODES);
      expect(waiting.body.items.map(({ spec }: { spec: { requestedName: string } }) => spec.requestedName)).toEqual([
        'coded',
      ]);
      const decision = { userCode, namespace: SHOP, name: 'coded' };
      expect((await call(asker, 'POST', `${CODES}/approve`, decision)).status).toBe(403);
      expect((await call(chief, 'POST', `${CODES}/approve`, decision)).status).toBe(200);
      await ready('coded');
      // What was used up is worth nothing.
      expect((await call(chief, 'POST', `${CODES}/approve`, decision)).status).toBe(404);
    });

    it(
      'is out within seconds when its Agent is cut off, and in again when that is taken back',
      { timeout: 180_000 },
      async () => {
        expect((await call(asker, 'PATCH', `${AGENTS}/coded`, { access: 'Revoked' })).status).toBe(403);
        expect((await call(chief, 'PATCH', `${AGENTS}/coded`, { access: 'Revoked' })).status).toBe(200);
        await vi.waitFor(
          async () => expect(await statusOf(at().session, 'coded')).toMatchObject({ exitCode: 5 }),
          FELT,
        );
        expect((await call(chief, 'PATCH', `${AGENTS}/coded`, { access: 'Enabled' })).status).toBe(200);
        await vi.waitFor(
          async () => expect(await statusOf(at().session, 'coded')).toMatchObject({ exitCode: 0 }),
          BACK,
        );
      },
    );

    it('is out for good when its credential is revoked', { timeout: 150_000 }, async () => {
      const { body } = await call(chief, 'POST', `${AGENTS}/coded/revoke-credential`);
      expect(body).toEqual({ revoked: 1 });
      await vi.waitFor(async () => expect(await statusOf(at().session, 'coded')).toMatchObject({ exitCode: 5 }), BACK);
    });

    it('leaves nothing behind when its Agent is deleted', { timeout: 120_000 }, async () => {
      const { items } = (await call(chief, 'GET', '/api/v1/agent-credentials')).body;
      expect(items).toHaveLength(2);
      for (const name of ['bought', 'coded']) {
        expect((await call(chief, 'DELETE', `${AGENTS}/${name}`)).status).toBe(204);
      }
      await vi.waitFor(async () => expect(await statusOf(at().session, 'bought')).toMatchObject({ exitCode: 5 }), FELT);
      const release = inNamespace(at().session.kubectl, at().session.access.namespace);
      const gone = await release(['wait', '--for=delete', 'agentcredentials', '--all', '--timeout=60s']);
      expect(gone).toMatchObject({ exitCode: 0 });
      const people = await call(chief, 'GET', '/api/v1/users');
      expect(people.body.items).toEqual([]);
    });

    async function ready(name: string): Promise<void> {
      await mustKubectl(kubectl(), ['wait', '--for=create', `agent/${name}`, '--timeout=90s']);
      await mustKubectl(kubectl(), ['wait', '--for=condition=Ready', `agent/${name}`, '--timeout=60s']);
    }
  });
}
