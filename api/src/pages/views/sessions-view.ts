import type { SessionEntry } from '../../login/sessions.ts';
import { html, path, type Html } from '../html/html.ts';
import { badge } from './badge.ts';
import { confirmView } from './confirm-view.ts';
import { csrfField, type PageContext } from './layout.ts';
import { timeTag } from './time-text.ts';

/** Where a person is logged in. */
export interface SessionsPage {
  /** Newest first; `undefined` for somebody who never logged in here and comes with a token of the cluster. */
  sessions: readonly SessionEntry[] | undefined;
  /** The one of this browser. */
  currentID: string | undefined;
  provider: string | undefined;
  groups: readonly string[];
}

/** Who one is here, and where one is logged in. */
export function sessionsView({ sessions, currentID, provider, groups }: SessionsPage, context: PageContext): Html {
  const { viewer } = context;
  return html`<h1>You and your sessions</h1>
    <dl class="facts">
      <div>
        <dt>Name</dt>
        <dd>${viewer?.displayName}</dd>
      </div>
      <div>
        <dt>In Kubernetes</dt>
        <dd><code>${viewer?.name}</code></dd>
      </div>
      ${
        provider !== undefined &&
        html`<div>
          <dt>Logged in with</dt>
          <dd>${provider}</dd>
        </div>`
      }
      <div>
        <dt>Groups</dt>
        <dd>${groups.length === 0 ? 'none' : groups.map((group) => html`<code>${group}</code> `)}</dd>
      </div>
    </dl>
    <h2>Where you are logged in</h2>
    ${
      sessions === undefined
        ? html`<p class="empty">You come with a token of the cluster, which has no session here.</p>`
        : html`<ul class="sessions">
            ${sessions.map((session) => sessionView(session, currentID, context))}
          </ul>`
    }
    ${
      sessions !== undefined &&
      sessions.length > 1 &&
      html`<div class="deeds">
        ${confirmView({
          summary: 'End all others…',
          text: 'All browsers and command lines but this browser are logged out within moments.',
          action: '/sessions/end-others',
          button: 'End all other sessions',
          fields: html`<label class="check"><input type="checkbox" name="this" value="too" /> This one too</label>`,
          viewer,
        })}
      </div>`
    }`;
}

function sessionView(session: SessionEntry, currentID: string | undefined, { now, viewer }: PageContext): Html {
  const { id, client, startTime, lastSeenTime, expirationTime, address, userAgent } = session;
  const isCurrent = id === currentID;
  return html`<li>
    <div>
      <strong>${client === 'CommandLine' ? 'Command line' : 'Browser'}</strong>
      ${isCurrent && badge('this one', 'good')}
      <p class="small">${userAgent}</p>
      <p class="small muted">
        began ${timeTag(startTime, now)}, last seen
        ${timeTag(lastSeenTime ?? startTime, now)}${address !== undefined && html`, from <code>${address}</code>`}, ends
        ${timeTag(expirationTime, now)}
      </p>
    </div>
    <form method="post" action="${path`/sessions/${id}/end`}">
      ${csrfField(viewer)}<button>${isCurrent ? 'Log out' : 'End it'}</button>
    </form>
  </li>`;
}
