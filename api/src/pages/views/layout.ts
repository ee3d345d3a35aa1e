import { html, type Html } from '../html/html.ts';

/** Who looks at a page, as far as the page says so. */
export interface Viewer {
  /** What the person is called. */
  displayName: string;
  /** The name in the words of Kubernetes, e.g. `github:12345`. */
  name: string;
  /** Comes back with every form; empty for a caller with a bearer token, who needs none. */
  csrfToken: string;
}

/** What every page knows. */
export interface PageContext {
  now: Date;
  /** Path of an asset by its name. */
  asset(name: string): string;
  /** Absent on pages for everyone. */
  viewer?: Viewer | undefined;
}

/** Parts of the site that the head of a page leads to. */
export type Section = 'investigations' | 'agents' | 'enrollment' | 'docs' | 'sessions';

/** One page, without what all pages share. */
export interface PageContent {
  /** What it is, first in the title of the window. */
  title: string;
  section?: Section | undefined;
  body: Html;
  /** Modules to run. */
  scripts?: readonly string[] | undefined;
  /** Scripts of others that are no modules; they run before the modules. */
  classicScripts?: readonly string[] | undefined;
  /** Whether style sheets hold pictures of their own, as `data:` addresses. */
  hasDataImages?: boolean | undefined;
  /** Assets to style with besides the common one. */
  styles?: readonly string[] | undefined;
  /** What just happened, after a form. */
  notice?: Notice | undefined;
  /** Whether a script of others draws a landmark `main` of its own; a page has one. */
  hasForeignMain?: boolean | undefined;
  /** Narrow pages hold one form. */
  width?: 'narrow' | 'reading' | 'wide' | undefined;
}

/** A line above the page. */
export interface Notice {
  text: string;
  tone: 'good' | 'bad';
}

const LINKS: readonly { section: Section; href: string; text: string }[] = [
  { section: 'investigations', href: '/investigations', text: 'Investigations' },
  { section: 'agents', href: '/agents', text: 'Agents' },
  { section: 'enrollment', href: '/enrollment', text: 'Enrol hosts' },
  { section: 'docs', href: '/docs', text: 'API' },
];

/** A whole document. */
export function layout(context: PageContext, content: PageContent): Html {
  const { title, styles = [], scripts = [], classicScripts = [] } = content;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · NannyAPI</title>
        <link rel="icon" type="image/svg+xml" href="${context.asset('icon.svg')}" />
        ${styles.map((name) => html`<link rel="stylesheet" href="${context.asset(name)}" /> `)}
        <link rel="stylesheet" href="${context.asset('pages.css')}" />
        ${classicScripts.map((name) => html`<script defer src="${context.asset(name)}"></script> `)}
        ${scripts.map((name) => html`<script type="module" src="${context.asset(name)}"></script> `)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${banner(context, content.section)} ${mainView(content)}
      </body>
    </html> `;
}

function mainView({ body, notice, hasForeignMain, width = 'wide' }: PageContent): Html {
  const content = html`${notice && html`<p class="notice ${notice.tone}" role="status">${notice.text}</p>`} ${body}`;
  return hasForeignMain
    ? html`<div id="main" class="main ${width}" tabindex="-1">${content}</div>`
    : html`<main id="main" class="main ${width}" tabindex="-1">${content}</main>`;
}

function banner(context: PageContext, section: Section | undefined): Html {
  const { viewer } = context;
  return html`<header class="banner">
    <a class="brand" href="/"><img src="${context.asset('icon.svg')}" alt="" width="28" height="28" />NannyAPI</a>
    ${
      viewer &&
      html`<nav aria-label="Site">
          <ul>
            ${LINKS.map((link) => html`<li><a href="${link.href}" ${link.section === section && html`aria-current="page"`}>${link.text}</a></li>`)}
          </ul>
        </nav>
        <div class="viewer">
          <a href="/sessions" title="${viewer.name}" ${section === 'sessions' && html`aria-current="page"`}
            >${viewer.displayName}</a
          >
          ${
            viewer.csrfToken !== '' &&
            html`<form method="post" action="/logout">${csrfField(viewer)}<button class="plain">Log out</button></form>`
          }
        </div>`
    }
  </header>`;
}

/** The hidden field that every form of a person must hold. */
export function csrfField(viewer: Viewer | undefined): Html {
  return html`<input type="hidden" name="csrf" value="${viewer?.csrfToken ?? ''}" />`;
}
