import { expect, it } from 'vitest';
import { createAt, gadget, serveGadgets } from './fixtures/gadgets.ts';
import { onEachServer } from './servers.ts';

onEachServer((server) => {
  it.each(['/healthz', '/livez', '/readyz'])('tells everybody by %s that all is well', async (path) => {
    for (const token of ['', server.adminToken]) {
      const answer = await server.raw.send('GET', path, { token });
      expect([answer.code, answer.text]).toEqual([200, 'ok']);
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    }
  });

  it('tells each check of the three when asked to, and leaves out those excluded', async () => {
    for (const endpoint of ['healthz', 'livez', 'readyz']) {
      const { text } = await server.raw.send('GET', `/${endpoint}?verbose&exclude=ping&exclude=nothing`);
      const lines = text.split('\n');
      expect(lines[0]).toBe('[+]ping excluded: ok');
      expect(lines.slice(-3)).toEqual([
        'warn: some health checks cannot be excluded: no matches for "nothing"',
        `${endpoint} check passed`,
        '',
      ]);
      for (const line of lines.slice(1, -3)) expect(line).toMatch(/^\[\+\][\w/-]+ ok$/);
    }
  });

  it('tells a single check to those who may know, and 404 for one that does not exist', async () => {
    const one = await server.raw.send('GET', '/readyz/ping');
    expect([one.code, one.text]).toEqual([200, 'ok']);
    expect((await server.raw.send('GET', '/livez/nothing')).code).toBe(404);
    expect((await server.raw.send('GET', '/readyz/ping', { token: '' })).code).toBeGreaterThan(400);
  });

  it('counts requests and watches under the names of kube-apiserver', async () => {
    const gadgets = await serveGadgets(server);
    await createAt(server, gadgets.path, gadget(gadgets, 'a'));
    await server.raw.send('GET', `${gadgets.path}/a`);
    await server.raw.send('GET', `${gadgets.path}/nobody`);
    const watch = await server.raw.watch(`${gadgets.path}?watch=true`);
    const { code, text, headers } = await server.raw.send('GET', '/metrics');
    watch.close();
    expect([code, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    const value = (name: string, labels: Record<string, string>): number | undefined => {
      const line = text.split('\n').find((candidate) => isOf(candidate, name, labels));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
    const target = { group: gadgets.group, version: 'v1', resource: 'gadgets', component: 'apiserver' };
    const ofObject = { ...target, scope: 'resource', subresource: '' };
    expect(value('apiserver_request_total', { ...ofObject, verb: 'GET', code: '200', dry_run: '' })).toBe(1);
    expect(value('apiserver_request_total', { ...ofObject, verb: 'GET', code: '404', dry_run: '' })).toBe(1);
    expect(value('apiserver_request_total', { ...ofObject, verb: 'POST', code: '201', dry_run: '' })).toBe(1);
    expect(value('apiserver_request_duration_seconds_count', { ...ofObject, verb: 'GET' })).toBe(2);
    expect(value('apiserver_request_duration_seconds_bucket', { ...ofObject, verb: 'GET', le: '+Inf' })).toBe(2);
    expect(value('apiserver_longrunning_requests', { ...target, verb: 'WATCH', scope: 'namespace' })).toBe(1);
    expect(value('apiserver_current_inflight_requests', { request_kind: 'readOnly' })).toBeGreaterThanOrEqual(0);
    expect(value('apiserver_current_inflight_requests', { request_kind: 'mutating' })).toBeGreaterThanOrEqual(0);
  });

  it('shows metrics only to those who may see them', async () => {
    expect((await server.raw.send('GET', '/metrics', { token: '' })).code).toBeGreaterThan(400);
  });
});

/** True for a sample of this metric that has these labels, and maybe more. */
function isOf(line: string, name: string, labels: Record<string, string>): boolean {
  return (
    line.startsWith(`${name}{`) &&
    Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`))
  );
}
