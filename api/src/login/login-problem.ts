/**
 * Why a login came to nothing, and what the login page tells of it.
 *
 * The browser is sent to `/login?problem=<key>`: the page shows the text of a key of this table and nothing else that
 * stands in its address.
 */
export const LOGIN_PROBLEMS = {
  Cancelled: 'The login was cancelled.',
  Expired: 'The login took too long, or another one was begun in this browser. Log in again.',
  Refused: 'The identity provider refused the login.',
  Unavailable: 'The identity provider cannot be reached at the moment. Try again in a while.',
  ProviderFailed: 'The identity provider gave an answer that cannot be trusted. Tell an admin.',
  EmailNotVerified: 'The identity provider has not verified your e-mail address.',
  NotAllowed: 'This account is not on the list of those who may log in here.',
  MissingScope: 'The identity provider did not let us see your organisations and teams. Log in again and allow it.',
  WeakLogin: 'This login needs a second factor, and the identity provider did not ask for one.',
  SubjectRefused: 'The identity provider names this account in a way that cannot be taken.',
  Disabled: 'This account is disabled here.',
  LinkNotGood: 'This link was used, has expired or is wrong. Ask for another one.',
  Busy: 'Too many logins at once. Try again in a moment.',
} as const satisfies Record<string, string>;

/** One of the keys of {@link LOGIN_PROBLEMS}. */
export type LoginProblem = keyof typeof LOGIN_PROBLEMS;

/** Whether a text is a key of {@link LOGIN_PROBLEMS}. */
export function isLoginProblem(text: string): text is LoginProblem {
  return Object.hasOwn(LOGIN_PROBLEMS, text);
}
