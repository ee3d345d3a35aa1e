import type { ProblemBody } from '../../http/problem.ts';
import { html, type Html } from '../html/html.ts';

/** What to do about a failure, for somebody who did not cause it. By the code of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  Unauthenticated: 'You are not logged in any more. Log in and try again.',
  Forbidden: 'Ask an admin of NannyAPI for this right. The roles are viewer, investigator, patcher and admin.',
  NotFound: 'It may have been deleted, or the link is cut short. Go back to the list and look for it there.',
  MethodNotAllowed: 'This address is not made to be opened like this. Go back to the start.',
  TooManyRequests: 'Wait a little and reload the page.',
  ValidationFailed: 'The address or the form holds something that is not allowed here.',
  ContinueExpired: 'The list has changed too much since. Start it again from its first page.',
  Unavailable: 'Nothing is lost: runs go on by themselves. Wait a moment and reload the page.',
  Internal: 'Nothing is lost: runs go on by themselves. Try again; if it stays, give an admin the number below.',
};

/** What the table of errors says to programs, in words for people. */
const TITLES: Readonly<Record<string, string>> = {
  Unauthenticated: 'You are not logged in',
  Forbidden: 'You may not do this',
  NotFound: 'There is nothing here',
  ValidationFailed: 'Something is not as it must be',
};

/** A failure as a page: what happened, what to do, and by what number the log knows it. */
export function problemView(problem: ProblemBody): Html {
  const { title, detail, code, status, requestId, errors = [] } = problem;
  return html`<h1>${TITLES[code] ?? title}</h1>
    ${detail !== undefined && detail !== title && html`<p class="cause">${detail}</p>`}
    ${
      errors.length > 0 &&
      html`<ul>
        ${errors.map(({ field, message }) => html`<li><code>${field}</code>: ${message}</li>`)}
      </ul>`
    }
    ${ADVICE[code] !== undefined && html`<p>${ADVICE[code]}</p>`}
    <p class="ways">
      <a class="button" href="/">To the start</a
      >${code === 'Unauthenticated' && html` <a class="button primary" href="/login">Log in</a>`}
    </p>
    <dl class="facts small">
      <div>
        <dt>Error</dt>
        <dd>${status} ${code}</dd>
      </div>
      <div>
        <dt>Request</dt>
        <dd><code>${requestId}</code></dd>
      </div>
    </dl>`;
}
