/** The pages as people meet them: a real browser, a real control plane with its agent, a real identity provider. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, startChromium } from './browser/chromium.ts';
import { enrolHost, type EnrollingHost } from './browser/enrolling-host.ts';
import { startPortal, VIEWERS, type Portal } from './browser/portal.ts';
import { Visitor } from './browser/visitor.ts';
import { kubectlFor } from './system/kubectl.ts';

const QUESTION = 'Is anything wrong with this machine at the moment?';

describe.runIf(findChromium())('the pages (left out where there is no Chromium)', () => {
  let portal: Portal;
  let browser: Browser;
  let admin: Visitor;
  const faults: string[] = [];

  beforeAll(async () => {
    [portal, browser] = await Promise.all([startPortal(), startChromium()]);
    admin = await Visitor.arrive(browser, portal.plane.facadeUrl);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  /** Looks at a page: photographs it, and keeps what is wrong with it for the end. */
  const look = async (visitor: Visitor, name: string): Promise<void> => {
    faults.push(...(await visitor.faults(name)));
  };

  it('lead somebody who is not logged in to the ways in, and a stranger no further', async () => {
    await admin.open('/agents?namespace=default');
    expect(admin.path()).toBe('/login?return_to=%2Fagents%3Fnamespace%3Ddefault');
    await admin.sees('Log in with Acme');
    await look(admin, 'login');
    await admin.open('/login?problem=NotAllowed');
    await admin.sees('not on the list of those who may log in here');
    await admin.open('/login?problem=Call+555');
    expect(await admin.text()).not.toContain('555');
  });

  it('log the admin of the machine in by a link, once', { timeout: 60_000 }, async () => {
    const link = await portal.adminLink();
    await admin.open(link);
    await look(admin, 'login-link');
    await admin.follow('Log in');
    expect(admin.path()).toBe('/investigations');
    await admin.sees('Nothing was investigated');
    await look(admin, 'investigations-none');

    const thief = await Visitor.arrive(browser, portal.plane.facadeUrl);
    await thief.open(link);
    await thief.follow('Log in');
    await thief.sees('This link was used, has expired or is wrong.');
    expect(thief.complaints).toEqual([]);
    await thief.leave();
  });

  it('show the host with what it is and can do', async () => {
    await admin.follow('Agents');
    await admin.sees(portal.plane.agentName);
    await look(admin, 'agents');
    await admin.follow(portal.plane.agentName);
    await admin.sees('What it can do');
    await admin.sees('Connected');
    expect(admin.path()).toBe(`/agents/default/${portal.plane.agentName}`);
    await look(admin, 'agent');
  });

  it('keep what was typed when a question is not taken', async () => {
    await admin.open(`/investigations/new?agent=${portal.plane.agentName}`);
    await look(admin, 'new');
    await admin.page.evaluate("document.querySelector('textarea').removeAttribute('minlength')");
    await admin.type('What is wrong?', '<b>slow</b>');
    await admin.type('Its name', 'no such agent');
    await admin.follow('Investigate', 422);
    await admin.sees('Give a name: lower-case letters');
    expect(await admin.page.$eval('textarea', (node) => node.value)).toBe('<b>slow</b>');
    await look(admin, 'new-refused');
  });

  it('follow a run live from the question to the verdict, without a reload', { timeout: 180_000 }, async () => {
    await admin.open(`/investigations/new?agent=${portal.plane.agentName}`);
    await admin.type('What is wrong?', QUESTION);
    await admin.follow('Investigate');
    expect(admin.path()).toMatch(/^\/investigations\/default\/inv-/);
    await admin.page.evaluate('window.isStillThisPage = true');
    await admin.sees('step 0');
    await admin.page.waitForSelector('[data-timeline][data-over]');
    await admin.page.waitForFunction(
      `/Root cause found|No fault found|Inconclusive/.test(document.querySelector('#answer h2').textContent)`,
    );
    expect(await admin.page.evaluate('window.isStillThisPage')).toBe(true);
    await admin.sees('took');
    await look(admin, 'investigation');
  });

  it('show the output of a command where it is asked for, and the proof where it stands', async () => {
    await admin.page.$eval('[data-evidence="s0-cpu"] > summary', (node) =>
      (node as unknown as { click(): void }).click(),
    );
    await admin.page.waitForFunction(
      `document.querySelector('[data-evidence="s0-cpu"] pre')?.textContent.includes('core=total')`,
    );
    await look(admin, 'investigation-output');
    const proof = await admin.page.$('#answer .proof a');
    expect(proof).not.toBeNull();
    await Promise.all([admin.page.waitForNavigation(), proof?.click()]);
    await admin.page.waitForSelector('mark#quote');
    await look(admin, 'evidence');
  });

  it('have the same lines without scripts', async () => {
    await admin.open('/investigations');
    await admin.sees(QUESTION);
    await look(admin, 'investigations');
    await admin.follow(QUESTION);
    const live = await admin.page.$$eval('.line', (items) => items.map((item) => item.textContent));
    await admin.page.setJavaScriptEnabled(false);
    await admin.page.reload();
    const still = await admin.page.$$eval('.line', (items) => items.map((item) => item.textContent));
    await admin.page.setJavaScriptEnabled(true);
    expect(still).toEqual(live);
    expect(still.join('\n')).toContain('collects the first facts of this host');
  });

  describe('for a host that wants in', () => {
    let host: EnrollingHost;

    afterAll(() => host?.close());

    it('show who it is, and let it in for whoever types its code', { timeout: 90_000 }, async () => {
      host = await enrolHost(portal, 'guest-1');
      await admin.open('/enrollment');
      await admin.sees('Waiting for a decision');
      await look(admin, 'enrollment');
      await admin.open(`/device?user_code=${host.userCode}`);
      await admin.sees(`Your link is for the code ${host.userCode}`);
      expect(await admin.page.$eval('input[name=user_code]', (node) => node.value)).toBe('');
      await look(admin, 'device');
      await admin.type('Code', 'BBBB-BBBB');
      await admin.follow('Go on', 404);
      await admin.sees('Nothing waits under this code.');
      await admin.type('Code', host.userCode.toLowerCase().replace('-', ' '));
      await admin.follow('Go on');
      await admin.sees('Let this host in?');
      await admin.sees('127.0.0.1');
      await look(admin, 'device-decision');
      await admin.follow('Approve');
      expect(admin.path()).toBe('/agents/default/guest-1?done=enrolled');
      await admin.sees('The host is let in.');
      expect(await host.exited()).toBe(0);
    });

    it('warn before a host takes the place of another', { timeout: 90_000 }, async () => {
      const second = await enrolHost(portal, 'guest-1');
      try {
        await admin.open('/device');
        await admin.type('Code', second.userCode);
        await admin.follow('Go on');
        await admin.sees('There is an agent guest-1 already.');
        await look(admin, 'device-replaces');
        await admin.follow('Approve', 409);
        await admin.sees('guest-1');
        await admin.follow('Deny');
        await admin.sees('The request was denied.');
        expect(await second.exited()).toBe(5);
      } finally {
        await second.close();
      }
    });

    it('disable and delete a host, after a question', async () => {
      await admin.open('/agents/default/guest-1');
      await admin.click('Disable…');
      await admin.follow('Disable guest-1');
      await admin.sees('The host is disabled.');
      await admin.follow('Enable');
      await admin.sees('The host is enabled.');
      await admin.click('Delete…');
      await admin.follow('Delete guest-1');
      await admin.sees('It is deleted.');
      expect(await admin.text()).not.toContain('guest-1');
    });
  });

  it('make an install token, show it once and revoke it', async () => {
    await admin.open('/enrollment');
    await admin.type('What for', 'Rack 4');
    await admin.follow('Make a token', 201);
    await admin.sees('It is shown this once.');
    const token = /net\.[\w.-]+/.exec(await admin.text())?.[0] ?? '';
    expect(token).not.toBe('');
    await look(admin, 'install-token');
    await admin.follow('Done');
    await admin.sees('Rack 4');
    expect(await admin.page.content()).not.toContain(token);
    await look(admin, 'enrollment-tokens');
    await admin.click('Revoke…');
    await admin.follow('Revoke the token');
    await admin.sees('It is revoked.');
    expect(await admin.text()).toContain('Revoked');
  });

  it('show the REST API by files of this site alone', async () => {
    await admin.open('/docs');
    await admin.page.waitForSelector('#openapi .opblock');
    expect(await admin.text()).toContain('/api/v1/investigations');
    await look(admin, 'docs');
  });

  it('keep who may only look from all else, and say whom to ask', { timeout: 60_000 }, async () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'viewers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'nannyapi-viewer' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: VIEWERS }],
    };
    const bound = await kubectlFor(portal.plane.kubeconfigPath)(['create', '-f', '-'], JSON.stringify(binding));
    expect(bound.stderr).toBe('');
    const vera = await Visitor.arrive(browser, portal.plane.facadeUrl);
    await vera.open('/agents');
    await vera.follow('Log in with Acme');
    await vera.type('Account', 'vera');
    await vera.follow('Log in');
    expect(vera.path()).toBe('/agents');
    await vera.sees('Vera Viewer');
    expect(await vera.open('/investigations')).toBe(200);
    expect(await vera.text()).not.toContain('Ask a question');
    expect(await vera.open('/investigations/new', 403)).toBe(403);
    await vera.sees('acme:v-1 may not create investigations in namespace default');
    await vera.sees('Ask an admin of NannyAPI for this right.');
    await look(vera, 'forbidden');
    expect(await vera.open('/nowhere', 404)).toBe(404);
    await look(vera, 'not-found');
    await vera.open(`/agents/default/${portal.plane.agentName}`);
    expect(await vera.page.$$('main form')).toEqual([]);
    expect(vera.complaints).toEqual([]);
    await vera.leave();
  });

  it('go on with a run after the control plane was killed', { timeout: 240_000 }, async () => {
    await admin.open(`/investigations/new?agent=${portal.plane.agentName}`);
    await admin.type('What is wrong?', 'Does this question outlive a power cut?');
    await admin.follow('Investigate');
    await admin.page.evaluate('window.isStillThisPage = true');
    await admin.sees('collects the first facts of this host');
    admin.expects('net::ERR_');
    await portal.plane.kill();
    await admin.sees('The connection is lost.');
    await portal.plane.restart();
    await admin.page.waitForSelector('[data-timeline][data-over]');
    await admin.page.waitForFunction(`!document.querySelector('#answer').classList.contains('busy')`);
    expect(await admin.page.evaluate('window.isStillThisPage')).toBe(true);
    expect(await admin.text()).toMatch(/Root cause found|No fault found|Inconclusive|No verdict/);
    admin.expects();
    await look(admin, 'investigation-after-power-cut');
  });

  it('show where one is logged in, and end it there', { timeout: 60_000 }, async () => {
    const phone = await Visitor.arrive(browser, portal.plane.facadeUrl);
    await phone.open(await portal.adminLink());
    await phone.follow('Log in');
    await admin.open('/sessions');
    await admin.sees('this one');
    await look(admin, 'sessions');
    await admin.click('End all others…');
    await admin.follow('End all other sessions');
    await admin.sees('All other sessions have ended.');
    await expect
      .poll(async () => {
        await phone.open('/agents');
        return phone.path();
      })
      .toContain('/login');
    await phone.leave();
    await admin.follow('Log out');
    expect(admin.path()).toMatch(/^\/login/);
    await admin.open('/sessions');
    expect(admin.path()).toContain('/login?return_to=');
  });

  it('are usable by everyone: axe finds nothing, and the browser never complained', () => {
    expect(faults).toEqual([]);
    expect(admin.complaints).toEqual([]);
  });
});
