import { html, type Html } from '../html/html.ts';
import { withQuery } from './pager.ts';

/** The ways to log in. */
export interface LoginPage {
  providers: readonly { id: string; title: string }[];
  /** Where to go afterwards: a path of this site. */
  returnTo: string;
  /** What went wrong with the last try, in words. */
  problem: string | undefined;
  /** Whether an admin of the machine can have a one-time link. */
  hasLocalLinks: boolean;
}

/** The way in: a button a provider, or what to do when there is none. */
export function loginView({ providers, returnTo, problem, hasLocalLinks }: LoginPage): Html {
  return html`<h1>Log in</h1>
    ${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    ${
      providers.length > 0
        ? html`<ul class="providers">
            ${providers.map(
              ({ id, title }) =>
                html`<li>
                  <a
                    class="button primary"
                    href="${withQuery(`/auth/${encodeURIComponent(id)}/start`, { return_to: returnTo })}"
                    >Log in with ${title}</a
                  >
                </li>`,
            )}
          </ul>`
        : html`<p>
            No login provider is set up here. The admin sets up Google, GitHub or another one in the login
            configuration.
          </p>`
    }
    ${
      hasLocalLinks &&
      html`<h2>${providers.length > 0 ? 'Or as' : 'As'} the admin of this machine</h2>
        <p>Whoever can run commands on the machine of the control plane gets a one-time link with:</p>
        <pre class="command">nanny standalone login-link --data DIR</pre>`
    }
    <p class="muted small">
      Programs use <code>Authorization: Bearer</code> with a Kubernetes token, or <code>nanny login</code>.
    </p>`;
}

/** A one-time link that was opened. A button, so that neither a preview nor a scanner of links uses it up. */
export function loginLinkView(token: string): Html {
  return html`<h1>Log in as admin</h1>
    <p>This link logs in this browser, once. If you did not ask for it, close this page.</p>
    <form method="post" action="/login/link">
      <input type="hidden" name="token" value="${token}" /> <button class="primary">Log in</button>
    </form>`;
}

/** After a logout. */
export function loggedOutView(): Html {
  return html`<h1>Logged out</h1>
    <p>This browser is logged out here. You may still be logged in at the provider.</p>
    <p><a class="button" href="/login">Log in again</a></p>`;
}
