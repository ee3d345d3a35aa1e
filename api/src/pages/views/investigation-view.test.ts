import { describe, expect, it } from 'vitest';
import type { Html } from '../html/html.ts';
import { createMarkdownRenderer } from '../html/markdown.ts';
import {
  CONTEXT,
  foundInvestigation,
  lostInvestigation,
  runEvents,
  runningInvestigation,
} from '../testing/view-samples.ts';
import { investigationView, type InvestigationPage } from './investigation-view.ts';

const render = (page: Partial<InvestigationPage> & Pick<InvestigationPage, 'investigation'>): string =>
  textOf(
    investigationView(
      {
        events: runEvents(),
        endedSteps: new Set([0, 1]),
        sources: new Map([['s1-a1', 'df -B1 /srv/shop']]),
        renderPlan: createMarkdownRenderer(),
        mayCancel: true,
        mayDelete: true,
        ...page,
      },
      CONTEXT,
    ),
  );

/** Blanks of a template between tags mean nothing. */
function textOf(view: Html): string {
  return String(view).replaceAll(/\s+/g, ' ').replaceAll('> ', '>').replaceAll(' <', '<');
}

describe('the page of a run', () => {
  it('tells the verdict, the cause, the proof, what to do and what it is not, in this order', () => {
    const page = render({ investigation: foundInvestigation() });
    const parts = [
      'Root cause found',
      'The file system at /srv/shop is full',
      'FilesystemFull',
      'Proof',
      '/dev/vdb 33554432',
      'What to do now',
      'journalctl --vacuum-size=100M',
      'Ruled out (2)',
      'CPUSaturation',
      'What happened',
      'step 0',
      'What it took',
    ];
    const places = parts.map((part) => page.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('leads from each quotation to the place where it stands', () => {
    const page = render({ investigation: foundInvestigation() });
    expect(page).toContain(
      '<a href="/investigations/shop/inv-4tjfj/evidence/s1-a1?quote=%2Fdev%2Fvdb%2033554432%2033554432%200%20100%25%20%2Fsrv%2Fshop#quote">s1-a1</a>',
    );
  });

  it('says what is tested while it runs, and can be cancelled then alone', () => {
    const running = render({ investigation: runningInvestigation() });
    expect(running).toContain('step 1: FilesystemFull at /srv/shop lasts');
    expect(running).toContain('action="/investigations/shop/inv-run/cancel"');
    expect(running).not.toContain('data-over');
    const over = render({ investigation: foundInvestigation() });
    expect(over).toContain('data-over');
    expect(over).not.toContain('/cancel"');
  });

  it('says why there is no verdict, and what to do about it', () => {
    const page = render({ investigation: lostInvestigation() });
    expect(page).toContain('No verdict: AgentLost');
    expect(page).toContain('The agent web-1 has been silent for 90 seconds.');
    expect(page).toContain('See whether the machine is up');
  });

  it('offers nothing that the person may not do', () => {
    const page = render({ investigation: runningInvestigation(), mayCancel: false, mayDelete: false });
    expect(page).not.toContain('<form');
  });

  it('shows a long question whole once, and cut in the heading', () => {
    const investigation = foundInvestigation();
    investigation.spec.prompt = `Why ${'so '.repeat(200)}slow?`;
    const page = render({ investigation });
    expect(page).toMatch(/<h1>Why (so )+s?o?…<\/h1>/);
    expect(page).toContain(`${'so '.repeat(200)}slow?`);
  });

  it('has the words of the terminal in its timeline, each output a link without scripts', () => {
    const page = render({ investigation: foundInvestigation() });
    const lines = [
      ...page.matchAll(/<span class="label">([^<]*)<\/span><div class="what"><(?:span|code) class="text">([^<]*)</g),
    ];
    expect(lines.map(([, label, text]) => `${label} ${text}`)).toEqual([
      'accepted The agent web-1 is asked.',
      'waiting for the agent to connect',
      'step 0 collects the first facts of this host',
      'read host: the machine',
      'read cpu: processors, load and CPU pressure',
      'read filesystems: what is mounted and how full it is',
      'absent gpu: graphics processors',
      'step 1 FilesystemFull at /srv/shop lasts',
      'refused rm -rf /srv/shop/log',
      'look at s0-filesystems from byte 16384',
      'run df -B1 /srv/shop',
      'run du -x -d 1 -B1 /srv/shop',
      'finding FilesystemFull: The file system at /srv/shop is full.',
      'verdict Root cause found',
    ]);
    expect(page).toContain('<a href="/investigations/shop/inv-4tjfj/evidence/s0-host">');
    expect(page).toContain('TimedOut: after 10 s');
  });

  it('offers an output only once its step has ended', () => {
    const page = render({ investigation: runningInvestigation(), endedSteps: new Set([0]) });
    expect(page).toContain('data-evidence="s0-cpu"');
    expect(page).not.toContain('data-evidence="s1-a1"');
  });
});
