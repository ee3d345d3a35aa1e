import type { Notice } from './views/layout.ts';

/** What just happened, by the word in the address after a form: never a text from there, which anyone could write. */
const NOTICES: Readonly<Record<string, string>> = {
  cancelled: 'The run was told to end.',
  deleted: 'It is deleted.',
  disabled: 'The host is disabled. It is out within seconds.',
  enabled: 'The host is enabled. It comes back within seconds.',
  revoked: 'It is revoked.',
  enrolled: 'The host is let in. It connects within seconds.',
  'command-line': 'The command line may act for you now. Go back to it.',
  denied: 'The request was denied.',
  ended: 'The session has ended.',
  'others-ended': 'All other sessions have ended.',
};

/** The notice of a page after a form. */
export function noticeOf(done: string | undefined): Notice | undefined {
  const text = done !== undefined && Object.hasOwn(NOTICES, done) ? NOTICES[done] : undefined;
  return text === undefined ? undefined : { text, tone: 'good' };
}
