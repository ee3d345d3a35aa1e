import type { DeviceCode, EnrollmentToken } from '@nannyapi/crds';
import { html, path, type Html } from '../html/html.ts';
import { badge, type Tone } from './badge.ts';
import { confirmView } from './confirm-view.ts';
import { formField, type FieldErrors } from './form-field.ts';
import { csrfField, type PageContext } from './layout.ts';
import { pagerView } from './pager.ts';
import { timeTag } from './time-text.ts';

/** A new install token as it is typed. */
export interface TokenForm {
  description: string;
  namespace: string;
  maxUses: string;
  hours: string;
  addresses: string;
}

/** Ways to enrol hosts. */
export interface EnrollmentPage {
  /** For a host that somebody sits at. */
  enrollCommand: string;
  /** Devices that wait for a decision; `undefined` when the person may not see them. */
  waiting: readonly DeviceCode[] | undefined;
  /** `undefined` when the person may not see them. */
  tokens: readonly EnrollmentToken[] | undefined;
  isFirst: boolean;
  next: string | undefined;
  mayIssue: boolean;
  mayRevoke: boolean;
  form: TokenForm;
  errors: FieldErrors;
  problem: string | undefined;
}

/** A token that was just made; it is on no later page. */
export interface IssuedTokenPage {
  token: string;
  object: EnrollmentToken;
  /** Installs and enrols a host in one go. */
  installCommand: string;
}

/** How long an install token may be good, in hours. */
export const LIFETIMES = [
  { value: '1', text: 'an hour' },
  { value: '24', text: 'a day' },
  { value: '168', text: 'a week' },
  { value: '720', text: '30 days' },
];

/** How hosts get in: by a code that a person approves, or by an install token. */
export function enrollmentView(page: EnrollmentPage, context: PageContext): Html {
  const { tokens, mayIssue, problem } = page;
  return html`<h1>Enrol hosts</h1>
    ${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    <section>
      <h2>A host that you sit at</h2>
      <p>Run this on the host, as root. It shows a code, which you <a href="/device">type here</a>.</p>
      <pre class="command">${page.enrollCommand}</pre>
    </section>
    ${waitingView(page.waiting, context)}
    ${
      mayIssue &&
      html`<section>
        <h2>Hosts that nobody sits at</h2>
        ${tokenForm(page, context)}
      </section>`
    }
    ${
      tokens !== undefined &&
      html`<section>
        <h2>Install tokens</h2>
        ${tokens.length === 0 ? html`<p class="empty">There are none.</p>` : tokenTable(tokens, page, context)}
        ${pagerView({ path: '/enrollment', query: {}, isFirst: page.isFirst, next: page.next })}
      </section>`
    }`;
}

/** Shows a token, once, and the command that uses it. */
export function issuedTokenView({ installCommand, object, token }: IssuedTokenPage, { now }: PageContext): Html {
  const { maxUses = 1, expirationTime, agentNamespace } = object.spec;
  return html`<h1>An install token</h1>
    <p class="notice warn">
      <strong>It is shown this once.</strong> Whoever has it can enrol ${maxUses === 1 ? 'a host' : `${maxUses} hosts`}
      into ${agentNamespace}, until it ends ${timeTag(expirationTime, now)}.
    </p>
    <h2>Run this on ${maxUses === 1 ? 'the host' : 'each host'}, as root</h2>
    <pre class="command" tabindex="0" aria-label="Install command">${installCommand}</pre>
    <h2>The token alone</h2>
    <pre class="command" tabindex="0" aria-label="Token">${token}</pre>
    <p><a class="button" href="/enrollment">Done</a></p>`;
}

function tokenForm({ form, errors }: EnrollmentPage, context: PageContext): Html {
  return html`<p>An install token lets hosts in without a person: for cloud-init, Ansible and the like.</p>
    <form method="post" action="/enrollment/tokens">
      ${csrfField(context.viewer)}
      ${formField({ name: 'description', label: 'What for', value: form.description, error: errors['description'], maxLength: 1024 })}
      <div class="beside">
        ${formField({ name: 'maxUses', label: 'Hosts', hint: '1 to 1000', type: 'number', value: form.maxUses, error: errors['maxUses'], isRequired: true })}
        ${formField({ name: 'hours', label: 'Good for', hint: 'From now on', value: form.hours, error: errors['hours'] ?? errors['expirationTime'], options: LIFETIMES })}
        ${formField({ name: 'namespace', label: 'Namespace', hint: 'Where their agents are made', value: form.namespace, error: errors['agentNamespace'], isRequired: true, maxLength: 63, isCode: true })}
      </div>
      ${formField({
        name: 'addresses',
        label: 'Only from these networks',
        hint: 'CIDR, separated by blanks, e.g. 10.0.0.0/8 2001:db8::/32. Empty: from anywhere.',
        value: form.addresses,
        error: errors['allowedAddresses'],
        maxLength: 2000,
        isCode: true,
      })}
      <button class="primary">Make a token</button>
    </form>`;
}

function tokenTable(
  tokens: readonly EnrollmentToken[],
  { mayRevoke }: EnrollmentPage,
  { now, viewer }: PageContext,
): Html {
  return html`<ul class="sessions">
    ${tokens.map((token) => {
      const { metadata, spec, status } = token;
      const state = tokenState(token, now);
      const { name = '' } = metadata;
      return html`<li>
        <div>
          <strong>${spec.description ?? name}</strong> ${badge(state.text, state.tone)}
          <p class="small muted">
            <code>${name}</code>, ${status?.uses ?? 0} of ${spec.maxUses ?? 1} used, into ${spec.agentNamespace}, ends
            ${timeTag(spec.expirationTime, now)}${spec.createdBy !== undefined && `, made by ${spec.createdBy}`}
          </p>
        </div>
        ${
          mayRevoke &&
          state.text === 'Usable' &&
          confirmView({
            summary: 'Revoke…',
            text: 'Nobody can enrol with it any more. Hosts that did stay enrolled.',
            action: path`/enrollment/tokens/${name}/revoke`,
            button: 'Revoke the token',
            viewer,
          })
        }
      </li>`;
    })}
  </ul>`;
}

/** As of now, not as of when a controller last looked. */
function tokenState({ spec, status }: EnrollmentToken, now: Date): { text: string; tone: Tone } {
  if (spec.access === 'Revoked') return { text: 'Revoked', tone: 'plain' };
  if (new Date(spec.expirationTime) <= now) return { text: 'Expired', tone: 'plain' };
  if ((status?.uses ?? 0) >= (spec.maxUses ?? 1)) return { text: 'Used up', tone: 'plain' };
  return { text: 'Usable', tone: 'good' };
}

function waitingView(waiting: readonly DeviceCode[] = [], { now }: PageContext): Html | undefined {
  if (waiting.length === 0) return undefined;
  return html`<section>
    <h2>Waiting for a decision</h2>
    <p><a href="/device">Type the code</a> that the machine shows, to see more and to decide.</p>
    <ul class="sessions">
      ${waiting.map(
        ({ spec, metadata }) =>
          html`<li>
            <div>
              <strong>${spec.client === 'Agent' ? (spec.hostname ?? 'A host') : 'A command line'}</strong>
              <p class="small muted">
                from <code>${spec.address}</code>, asked ${timeTag(metadata.creationTimestamp, now)}, ends
                ${timeTag(spec.expirationTime, now)}
              </p>
            </div>
          </li>`,
      )}
    </ul>
  </section>`;
}
