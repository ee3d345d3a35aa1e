/** Every view with hostile text in every place where a host, a model or a person can put one. */
import { describe, expect, it } from 'vitest';
import { html, type Html } from '../html/html.ts';
import { createMarkdownRenderer } from '../html/markdown.ts';
import {
  CONTEXT,
  foundInvestigation,
  lostInvestigation,
  NOW,
  runEvents,
  runningInvestigation,
  sampleAgent,
  sampleToken,
} from '../testing/view-samples.ts';
import { agentView } from './agent-view.ts';
import { agentsView } from './agents-view.ts';
import { deviceCodeView, deviceDecisionView } from './device-view.ts';
import { enrollmentView, issuedTokenView } from './enrollment-view.ts';
import { evidenceView } from './evidence-view.ts';
import { investigationView } from './investigation-view.ts';
import { investigationsView } from './investigations-view.ts';
import { layout, type PageContext } from './layout.ts';
import { loginLinkView, loginView } from './login-view.ts';
import { newInvestigationView } from './new-investigation-view.ts';
import { problemView } from './problem-view.ts';
import { sessionsView } from './sessions-view.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)' autofocus='",
  '</title></textarea></pre><svg/onload=alert(1)>',
  'javascript:alert(1)//',
];

/** The object with every text in it replaced, keys included where they are shown. */
function poisoned<T>(value: T, text: string): T {
  if (typeof value === 'string') return text as T;
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => poisoned(item as unknown, text)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item as unknown, text)])) as T;
}

/** Times and words that a program branches on stay, for a hostile text there would only hide the rest. */
function poisonedBut<T extends object>(value: T, text: string): T {
  const kept = /Time$|Timestamp$|^(type|status|verdict|outcome|access|phase|client|time)$/;
  const walk = (node: unknown, key: string): unknown => {
    if (kept.test(key) && typeof node === 'string') return node;
    if (Array.isArray(node)) return node.map((item) => walk(item, key));
    if (node instanceof Date || node === null || typeof node !== 'object') return poisoned(node, text);
    return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(value, '') as T;
}

function viewsWith(text: string): Record<string, Html> {
  const bad = <T extends object>(value: T): T => poisonedBut(value, text);
  const context: PageContext = { ...CONTEXT, viewer: { name: text, displayName: text, csrfToken: text } };
  const renderPlan = createMarkdownRenderer();
  const run = { renderPlan, sources: new Map([[text, text]]), mayCancel: true, mayDelete: true };
  const runs = [foundInvestigation(), runningInvestigation(), lostInvestigation()].map(bad);
  const one = (index: number): Html =>
    investigationView(
      { ...run, investigation: runs[index]!, events: runEvents().map(bad), endedSteps: new Set([0, 1]) },
      context,
    );
  const device = bad({
    id: 'd',
    client: 'Agent' as const,
    hostname: 'h',
    address: 'a',
    version: 'v',
    arch: 'a',
    osName: 'o',
    capabilities: ['c'],
    requestedName: 'n',
    userAgent: 'u',
    startTime: NOW,
    expirationTime: NOW,
  });
  const may = { investigate: true, change: true, delete: true, revoke: true };
  const form = { description: text, namespace: text, maxUses: text, hours: text, addresses: text };
  const errors = { name: text, namespace: text, prompt: text, agent: text, maxUses: text };
  return {
    found: one(0),
    running: one(1),
    lost: one(2),
    investigations: investigationsView(
      { query: { namespace: text, search: text }, items: runs, next: text, mayOpen: true },
      context,
    ),
    new: newInvestigationView(
      {
        form: { namespace: text, target: text, name: text, prompt: text, priority: text },
        errors,
        problem: text,
        agents: [text],
      },
      context,
    ),
    agent: agentView(
      {
        agent: bad(sampleAgent()),
        investigations: runs,
        credentials: [
          bad({
            apiVersion: 'nannyai.dev/v1alpha1' as const,
            kind: 'AgentCredential' as const,
            metadata: { name: 'c' },
            spec: {
              agentRef: { namespace: 'n', name: 'n' },
              agentUID: 'u',
              keyThumbprint: 'k',
              enrolledBy: 'e',
              origin: { kind: 'DeviceCode' as const, name: 'o' },
            },
            status: { address: 'a' },
          }),
        ],
        may,
      },
      context,
    ),
    agents: agentsView(
      { query: { namespace: text, search: text }, items: [bad(sampleAgent())], next: text, mayEnrol: true },
      context,
    ),
    code: deviceCodeView({ linkedCode: text, problem: text }, context),
    decision: deviceDecisionView(
      { device, userCode: text, form: { namespace: text, name: text }, errors, problem: text, replaces: true },
      context,
    ),
    enrollment: enrollmentView(
      {
        enrollCommand: text,
        waiting: [
          bad({
            apiVersion: 'nannyai.dev/v1alpha1' as const,
            kind: 'DeviceCode' as const,
            metadata: { name: 'd' },
            spec: {
              client: 'Agent' as const,
              hostname: 'h',
              address: 'a',
              expirationTime: NOW.toISOString(),
              deviceCodeHash: 'x',
              userCodeHash: 'x',
              intervalSeconds: 5,
            },
          }),
        ],
        tokens: [bad(sampleToken())],
        isFirst: true,
        next: text,
        mayIssue: true,
        mayRevoke: true,
        form,
        errors,
        problem: text,
      },
      context,
    ),
    issued: issuedTokenView({ token: text, object: bad(sampleToken()), installCommand: text }, context),
    evidence: evidenceView({
      namespace: text,
      name: text,
      id: text,
      source: text,
      outcome: text,
      text: `before ${text} after`,
      sizeBytes: 9,
      isWhole: true,
      isTruncated: true,
      quote: text,
    }),
    login: loginView({ providers: [{ id: text, title: text }], returnTo: text, problem: text, hasLocalLinks: true }),
    link: loginLinkView(text),
    sessions: sessionsView(
      {
        sessions: [
          bad({
            id: 'i',
            client: 'Browser' as const,
            startTime: NOW.toISOString(),
            expirationTime: NOW.toISOString(),
            address: 'a',
            userAgent: 'u',
          }),
        ],
        currentID: undefined,
        provider: text,
        groups: [text],
      },
      context,
    ),
    problem: problemView({
      type: text,
      title: text,
      status: 404,
      detail: text,
      code: 'NotFound',
      requestId: text,
      errors: [{ field: text, message: text }],
    }),
    layout: layout(context, { title: text, body: html`${text}`, notice: { text, tone: 'bad' }, section: 'agents' }),
  };
}

describe.each(HOSTILE)('views with the text %j everywhere', (text) => {
  it.each(Object.entries(viewsWith(text)))('%s shows it as text and lets it do nothing', (_, view) => {
    const markup = String(view);
    // Our own scripts are in the layout alone, and all of them have a source of ours.
    expect(markup).not.toMatch(/<script(?! (defer|type="module") src="\/assets\/)/i);
    const tags = markup.match(/<[a-z][^<>]*>/gi) ?? [];
    expect(tags.length).toBeGreaterThan(2);
    for (const tag of tags) {
      const attributes = tag.replaceAll(/"[^"]*"/g, '""');
      expect(attributes, tag).not.toMatch(/\s(on\w+|style|srcdoc)\s*=/i);
      expect(attributes.toLowerCase(), tag).not.toMatch(/<(svg|iframe|object|embed|base|style)/);
      for (const [, address] of tag.matchAll(/\s(?:href|src|action)="([^"]*)"/gi))
        expect(address, tag).toMatch(/^(\/(?!\/)|#)/);
    }
  });
});
