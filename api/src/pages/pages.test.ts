/** The pages over the embedded API server, with the facade's own rights; `matrix/` says who may open which. */
import {
  AgentResource,
  API_VERSION,
  EnrollmentTokenResource,
  InvestigationResource,
  type Agent,
  type EnrollmentToken,
  type Investigation,
} from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityRig, type RigAnswer } from '../../testing/identity-rig.ts';

let rig: IdentityRig;

beforeAll(async () => {
  rig = await IdentityRig.start({
    people: {
      admin: { role: 'nannyapi-admin' },
      tenant: { role: 'nannyapi-investigator', namespace: 'own' },
      viewer: { role: 'nannyapi-viewer', namespace: 'own' },
    },
    agents: { host: { namespace: 'own', name: 'web-1' }, far: { namespace: 'other', name: 'far-1' } },
  });
});

afterAll(async () => {
  await rig?.close();
});

const get = (who: string, path: string): Promise<RigAnswer> => rig.call(who, 'GET', path);
const post = (who: string, path: string, fields: Record<string, string>): Promise<RigAnswer> =>
  rig.call(who, 'POST', path, new URLSearchParams(fields).toString());
const wordsOf = ({ body }: RigAnswer): string =>
  String(body)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const investigations = () => rig.server.client.resource<Investigation>(InvestigationResource);

function ask(name: string, namespace: string, prompt: string): Promise<Investigation> {
  return investigations().create({
    apiVersion: API_VERSION,
    kind: 'Investigation',
    metadata: { namespace, name },
    spec: { agentRef: { name: namespace === 'own' ? 'web-1' : 'far-1' }, prompt },
  });
}

describe('every page', () => {
  const PAGES = [
    '/login',
    '/login/link?token=x',
    '/investigations',
    '/investigations/new',
    '/agents',
    '/agents/own/web-1',
  ];
  const MORE = ['/device', '/enrollment', '/sessions', '/docs', '/agents/own/nobody'];

  it.each([...PAGES, ...MORE])('%s tells the browser to load nothing that is not ours', async (path) => {
    const { headers, body } = await rig.call('admin', 'GET', path);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = new Map(
      headers
        .get('content-security-policy')!
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': path === '/docs' ? "'self' data:" : "'self'",
      'connect-src': "'self'",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).not.toMatch(/\sstyle=|\son\w+=|<script>|<style/);
    for (const [, source] of String(body).matchAll(/<(?:script|link|img)[^>]*\s(?:src|href)="([^"]*)"/g))
      expect(source).toMatch(/^\/assets\/[a-z-]+-[0-9a-f]{10}\.(css|js|svg)$/);
  });

  it('has a form token in every form that changes something', async () => {
    for (const path of [...PAGES, ...MORE]) {
      for (const form of String((await get('admin', path)).body).match(/<form[^>]*method="post"[\s\S]*?<\/form>/g) ??
        [])
        expect(form, path).toMatch(/name="csrf"|action="\/login\/link"/);
    }
  });

  it('sends who is not logged in to the login, and takes no form from them', async () => {
    const read = await get('anonymous', '/agents?namespace=own');
    expect(read.status).toBe(303);
    expect(read.headers.get('location')).toBe('/login?return_to=%2Fagents%3Fnamespace%3Down');
    const sent = await post('anonymous', '/agents/own/web-1/disable', {});
    expect(sent.status).toBe(401);
    expect(wordsOf(sent)).toContain('Log in');
  });

  it('is refused to JSON, as forms alone are understood', async () => {
    expect((await rig.call('admin', 'POST', '/agents/own/web-1/disable', { a: 1 })).status).toBe(415);
  });

  it('keeps its assets for ever, and none of another version', async () => {
    const css = /\/assets\/pages-[0-9a-f]{10}\.css/.exec(String((await get('admin', '/login')).body))![0];
    const current = await get('anonymous', css);
    expect(current.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(current.headers.get('content-type')).toBe('text/css; charset=utf-8');
    const old = await get('anonymous', css.replace(/[0-9a-f]{10}/, '0'.repeat(10)));
    expect([old.status, old.headers.get('cache-control')]).toEqual([200, 'no-store']);
    for (const odd of ['/assets/nothing-0000000000.css', '/assets/..%2f..%2fpackage.json', '/assets/run-lines.d.ts'])
      expect([404, 422], odd).toContain((await get('anonymous', odd)).status);
  });
});

describe('a failure', () => {
  it('is told in words, with what to do and the number that the log knows it by', async () => {
    const answer = await get('viewer', '/agents?namespace=other');
    expect(answer.status).toBe(403);
    expect(wordsOf(answer)).toMatch(/may not list agents in namespace other Ask an admin of NannyAPI for this right/);
    expect(answer.body).toContain(`<code>${answer.headers.get('x-request-id')}</code>`);
  });

  it.each([
    ['/investigations?phase=Odd', 422],
    ['/investigations?color=red', 422],
    ['/investigations?continue=nonsense', 400],
    ['/investigations/own/nobody', 404],
    ['/investigations/own/nobody/evidence/s0-cpu', 404],
    ['/investigations/UPPER/x', 422],
  ])('of %s is a page too', async (path, status) => {
    const answer = await rig.call('admin', 'GET', path);
    expect(answer.status).toBe(status);
    expect(wordsOf(answer)).toContain('To the start');
  });
});

describe('the list of investigations', () => {
  beforeAll(async () => {
    await ask('older', 'own', 'Why is the <shop> so slow today?');
    await ask('far', 'other', 'Why does the mail not arrive?');
  });

  it('is of all namespaces for whom may see all, else of the usual one', async () => {
    const all = wordsOf(await get('admin', '/investigations'));
    expect(all).toContain('Why does the mail not arrive?');
    expect(all).toContain('own/older');
    const own = await get('tenant', '/investigations');
    expect(wordsOf(own)).not.toContain('mail');
    expect(own.body).toContain('Why is the &lt;shop&gt; so slow today?');
  });

  it.each([
    ['?search=MAIL', ['mail']],
    ['?namespace=own', ['slow']],
    ['?agent=far-1', ['mail']],
    ['?phase=Completed', []],
    ['?phase=Pending&search=&agent=&namespace=', ['mail', 'slow']],
  ])('is filtered by %s', async (query, shown) => {
    const words = wordsOf(await get('admin', `/investigations${query}`));
    expect(['mail', 'slow'].filter((word) => words.includes(word === 'mail' ? 'mail not arrive' : 'so slow'))).toEqual(
      shown,
    );
    expect(words.includes('No investigation fits.')).toBe(shown.length === 0);
  });
});

describe('a question', () => {
  const QUESTION = {
    prompt: 'Uploads fail\r\nsince noon. Why?',
    target: 'agent',
    name: 'web-1',
    namespace: 'own',
    priority: 'High',
  };

  it('opens a run in the name of the person', async () => {
    const answer = await post('tenant', '/investigations/new', QUESTION);
    expect(answer.status).toBe(303);
    const [, name = ''] = /^\/investigations\/own\/(.+)$/.exec(answer.headers.get('location')!) ?? [];
    const { spec } = await investigations().get({ namespace: 'own', name });
    expect(spec).toMatchObject({
      prompt: 'Uploads fail\nsince noon. Why?',
      priority: 'High',
      agentRef: { name: 'web-1' },
    });
    expect(spec.requestedBy).toBe(`local:tenant`);
  });

  it('may be about a pod or a node too, with the right over it', async () => {
    const spec = async (who: string, change: object) => {
      const { status, headers } = await post(who, '/investigations/new', { ...QUESTION, ...change });
      expect(status).toBe(303);
      const name = headers.get('location')!.split('/').at(-1)!;
      return (await investigations().get({ namespace: 'own', name })).spec;
    };
    expect(await spec('tenant', { target: 'pod', name: 'shop-1' })).toMatchObject({ podRef: { name: 'shop-1' } });
    expect(await spec('admin', { target: 'node', name: 'n1' })).toMatchObject({ nodeName: 'n1' });
  });

  it('may be as long as the CRD allows, whatever it is written in', async () => {
    expect((await post('tenant', '/investigations/new', { ...QUESTION, prompt: '🐢'.repeat(4000) })).status).toBe(303);
  });

  it.each([
    [{ prompt: 'slow' }, 422, 'It must have 10 to 4000 characters, not 4.'],
    [{ prompt: 'x'.repeat(4001) }, 422, 'not 4001'],
    [{ prompt: '🐢'.repeat(9) }, 422, 'not 9'],
    [{ name: 'No Such Host' }, 422, 'Give a name: lower-case letters'],
    [{ target: 'cloud' }, 422, 'Choose one of the list.'],
    [{ target: 'node', name: 'n1' }, 403, 'may not investigate nodes'],
    [{ namespace: '' }, 422, 'Give a namespace'],
    [{ prompt: `Is there a NUL in here?\0` }, 422, 'NUL character'],
    [{ namespace: 'other', name: 'far-1' }, 403, 'may not create investigations in namespace other'],
  ])('with %j is not taken, and what was typed stays', async (change, status, words) => {
    const answer = await post('tenant', '/investigations/new', { ...QUESTION, ...change });
    expect(answer.status).toBe(status);
    expect(wordsOf(answer)).toContain(words);
    expect(answer.body).toContain('value="High" selected');
    expect(answer.body).toMatch(/<textarea[^>]*>\n?[^<]+<\/textarea>/);
  });

  it('is not offered to whom may not ask', async () => {
    expect(wordsOf(await get('viewer', '/investigations?namespace=own'))).not.toContain('Ask a question');
    expect((await get('viewer', '/investigations/new')).status).toBe(403);
    expect(wordsOf(await get('viewer', '/agents/own/web-1'))).not.toContain('Ask a question');
  });
});

describe('what can be done to a run', () => {
  it('is to cancel it, and to delete it', async () => {
    await ask('doomed', 'own', 'Why is this run doomed?');
    const shown = await get('tenant', '/investigations/own/doomed');
    expect(shown.body).toContain('action="/investigations/own/doomed/cancel"');
    const cancelled = await post('tenant', '/investigations/own/doomed/cancel', {});
    expect(cancelled.headers.get('location')).toBe('/investigations/own/doomed?done=cancelled');
    expect((await investigations().get({ namespace: 'own', name: 'doomed' })).spec.cancel).toBe(true);
    expect(wordsOf(await get('tenant', '/investigations/own/doomed?done=cancelled'))).toContain(
      'The run was told to end.',
    );
    const deleted = await post('tenant', '/investigations/own/doomed/delete', {});
    expect(deleted.headers.get('location')).toBe('/investigations?namespace=own&done=deleted');
    expect((await get('tenant', '/investigations/own/doomed')).status).toBe(404);
  });

  it('is nothing for whom may only look', async () => {
    expect((await get('viewer', '/investigations/own/older')).body).not.toContain('<form');
    expect((await post('viewer', '/investigations/own/older/delete', {})).status).toBe(403);
    expect((await get('viewer', '/investigations/own/older/evidence/s0-cpu')).status).toBe(403);
  });
});

describe('a host', () => {
  it('is disabled and enabled, and the REST API says the same', async () => {
    const access = async () =>
      (await rig.server.client.resource<Agent>(AgentResource).get({ namespace: 'other', name: 'far-1' })).spec.access;
    const disabled = await post('admin', '/agents/other/far-1/disable', {});
    expect(disabled.headers.get('location')).toBe('/agents/other/far-1?done=disabled');
    expect(await access()).toBe('Revoked');
    expect(wordsOf(await get('admin', '/agents/other/far-1'))).toContain('Disabled');
    await post('admin', '/agents/other/far-1/enable', {});
    expect(await access()).toBe('Enabled');
  });

  it('is found by its name over all namespaces', async () => {
    const words = wordsOf(await get('admin', '/agents?search=FAR'));
    expect(words).toContain('far-1 in other');
    expect(words).not.toContain('web-1');
  });
});

describe('an install token', () => {
  const FORM = {
    description: 'Rack 4',
    namespace: 'own',
    maxUses: '3',
    hours: '24',
    addresses: '10.0.0.0/8 2001:db8::/32',
  };

  it('is shown once with the command that uses it, and stored as a hash', async () => {
    const answer = await post('admin', '/enrollment/tokens', FORM);
    expect(answer.status).toBe(201);
    const [token = ''] = /net\.[\w.-]+/.exec(String(answer.body)) ?? [];
    expect(wordsOf(answer).split(token).length).toBeGreaterThan(2);
    const { items } = await rig.server.client.resource<EnrollmentToken>(EnrollmentTokenResource).list({});
    const made = items.find(({ spec }) => spec.description === 'Rack 4')!;
    expect(made.spec).toMatchObject({
      agentNamespace: 'own',
      maxUses: 3,
      allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'],
      createdBy: 'local:admin',
    });
    expect(JSON.stringify(items)).not.toContain(token);
    const listed = await get('admin', '/enrollment');
    expect(wordsOf(listed)).toContain('Rack 4 Usable');
    expect(listed.body).not.toContain(token);
    const revoked = await post('admin', `/enrollment/tokens/${made.metadata.name}/revoke`, {});
    expect(revoked.status).toBe(303);
    expect(wordsOf(await get('admin', '/enrollment'))).toContain('Rack 4 Revoked');
  });

  it.each([
    [{ maxUses: '0' }, 'id="maxUses-fault"'],
    [{ maxUses: '-1' }, 'Give a number from 1 to 1000.'],
    [{ maxUses: '1e3' }, 'Give a number from 1 to 1000.'],
    [{ hours: '9999' }, 'Choose one of the list.'],
    [{ namespace: '' }, 'Give a namespace'],
    [{ addresses: 'everywhere' }, 'in CIDR notation'],
  ])('with %j is not made, and what was typed stays', async (change, words) => {
    const answer = await post('admin', '/enrollment/tokens', { ...FORM, ...change });
    expect(answer.status).toBe(422);
    expect(wordsOf(answer) + String(answer.body)).toContain(words);
    expect(answer.body).toContain('value="Rack 4"');
  });

  it('is neither offered to nor shown to whom may not make one', async () => {
    const words = wordsOf(await get('viewer', '/enrollment'));
    expect(words).not.toContain('Make a token');
    expect(words).not.toContain('Rack 4');
  });
});

describe('a code', () => {
  it.each(['BBBB-BBBB', 'bbbbbbbb', '', '<script>'])(
    'such as %j, under which nothing waits, is told so',
    async (code) => {
      const answer = await post('admin', '/device', { user_code: code });
      expect(answer.status).toBe(404);
      expect(wordsOf(answer)).toContain('Nothing waits under this code.');
    },
  );

  it('is never filled in from a link', async () => {
    const answer = await get('admin', '/device?user_code=WDJB-MJHT');
    expect(wordsOf(answer)).toContain('Your link is for the code WDJB-MJHT');
    expect(answer.body).toMatch(/<input[^>]*name="user_code"[^>]*value=""/);
    expect(wordsOf(await get('admin', '/device?user_code=Call+555'))).not.toContain('555');
  });

  it('is decided on by yes or no', async () => {
    expect((await post('admin', '/device/decision', { user_code: 'BBBB-BBBB', decision: 'maybe' })).status).toBe(400);
    expect((await post('admin', '/device/decision', { user_code: 'BBBB-BBBB', decision: 'deny' })).status).toBe(404);
  });
});

describe('sessions', () => {
  it('are those of the person alone', async () => {
    const words = wordsOf(await get('tenant', '/sessions'));
    expect(words).toContain('local:tenant');
    expect(words).toContain('Command line');
    expect((await post('tenant', `/sessions/${'0'.repeat(32)}/end`, {})).status).toBe(404);
  });
});
